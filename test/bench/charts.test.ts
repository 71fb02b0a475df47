/** The charts of docs/benchmarks.md, from a small report. */
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { charts, drawn } from "../../bench/charts/charts.ts"
import type { Kept } from "../../bench/report.ts"

/** One report with every chart's scenario in it: three rounds of each figure, three sizes of each line. */
const report: Kept = Object.fromEntries(
  Object.values(charts).map((chart) => [
    chart.scenario,
    chart.kind === "bars"
      ? {
          "ours & <theirs>": {
            rate: [1_564, 1_533, 1_713],
            perCpuSecond: [900, 700, 800],
            p99: [31, 30, 32.5],
            pause: [4, 9, 5]
          },
          'the "floor"': { rate: [25_521], perCpuSecond: [1_000], p99: [12], pause: [2] }
        }
      : {
          ours: { "10": [1.5e6, 1.4e6, 1.6e6], "100": [3e6], "1000": [2e7, 2e7, 2.5e7] },
          floor: { "10": [1e5], "100": [2e5], "1000": [3e5] }
        }
  ])
)
const all = drawn(report)

/** Names of elements that are open at the end; throws at the first that ends what is not open, or at a bare sign. */
const leftOpen = (xml: string): ReadonlyArray<string> => {
  const open: Array<string> = []
  let rest = xml.replaceAll(
    /<([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<>]*")*)\s*(\/?)>|<\/([a-z]+)>/g,
    (_, begun, _more, closed, ended) => {
      if (ended !== undefined && open.pop() !== ended) throw new Error(`</${ended}> ends what is not open`)
      if (begun !== undefined && closed === "") open.push(begun)
      return ""
    }
  )
  rest = rest.replaceAll(/&(amp|lt|gt|quot);/g, "")
  if (/[<&]/.test(rest)) throw new Error(`not well-formed: ${/.{0,40}[<&].{0,40}/s.exec(rest)![0]}`)
  return open
}

describe.each([...all])("the chart %s", (name, svg) => {
  test("is well-formed SVG, for light and for dark", () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 [\d.]+"/)
    expect(leftOpen(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    expect(svg).toContain("prefers-color-scheme: dark")
  })

  test("shows each figure", () => {
    const chart = charts[name]!
    const shown =
      chart.kind === "lines"
        ? chart.per === undefined
          ? ["1,500,000", "3,000,000", "20,000,000", "100,000", "200,000", "300,000"]
          : ["1.43", "2.86", "19.1", "0.1", "0.19", "0.29"]
        : {
            rate: ["1,564 (1,533 – 1,713)", "25,521"],
            perCpuSecond: ["800 (700 – 900)", "1,000"],
            p99: ["31 (30 – 32.5)", "12"],
            pause: ["5 (4 – 9)", "2"]
          }[chart.figure]!
    for (const figure of shown) expect(svg).toMatch(new RegExp(`(>|, )${figure.replaceAll(/[.()]/g, "\\$&")}<`))
    for (const target of chart.kind === "lines"
      ? ["ours", "floor"]
      : ["ours &amp; &lt;theirs&gt;", "the &quot;floor&quot;"])
      expect(svg).toContain(target)
  })
})

test("every chart is drawn, and has its place in docs/benchmarks.md", () => {
  const page = readFileSync(new URL("../../docs/benchmarks.md", import.meta.url), "utf8")
  expect([...all.keys()]).toEqual(Object.keys(charts))
  for (const name of all.keys()) expect(page).toContain(`(benchmarks/${name}.svg)`)
})

test("what a report does not hold is not drawn", () => {
  expect([...drawn({}).keys()]).toEqual([])
})
