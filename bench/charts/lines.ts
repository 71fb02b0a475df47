/** How a figure grows with something: one line for each thing that was measured, each point with its figure. */
import type { Summary } from "../samples.ts"
import { at, colours, figure, framed, line, rounds, text, width } from "./frame.ts"

export interface Line {
  readonly name: string
  /** Least size first. */
  readonly points: ReadonlyArray<{ readonly size: number; readonly summary: Summary }>
}

const [left, right, height, bottom] = [70, 170, 260, 34]

/** A round number above, so that the grid's labels are short. */
const ceiling = (value: number): number => {
  const step = 10 ** Math.floor(Math.log10(value))
  return Math.ceil(value / step) * step || 1
}

export interface Axis {
  /** What the sizes count. */
  readonly of: string
  /** `even`: what grows by as much for each is a straight line. `tens`: each step is ten times the one before. */
  readonly steps: "even" | "tens"
}

export const lines = (title: string, unit: string, axis: Axis, all: ReadonlyArray<Line>): string => {
  const points = all.flatMap((each) => each.points)
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b)
  const place = axis.steps === "tens" ? Math.log10 : (size: number) => size
  const [first, last] = [place(sizes[0]!), place(sizes.at(-1)!)]
  const most = ceiling(Math.max(...points.map(({ summary }) => summary.max)))
  const x = (size: number) =>
    last === first ? left : left + ((place(size) - first) / (last - first)) * (width - left - right)
  const y = (value: number) => height - bottom - (value / most) * (height - bottom - 12)
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    line(left, y(share * most), width - right, y(share * most), "grid"),
    text(left - 8, y(share * most) + 4, figure(share * most), ' text-anchor="end"')
  ])
  const labels = sizes.map((size) => text(x(size), height - 14, size.toLocaleString("en-US"), ' text-anchor="middle"'))
  // Names stand at the ends of their lines, apart from each other.
  let above = -Infinity
  const names = new Map(
    all
      .map((each, n) => ({ n, end: y(each.points.at(-1)!.summary.median) }))
      .sort((a, b) => a.end - b.end)
      .map(({ n, end }) => [n, (above = Math.max(end + 4, above + 16))] as const)
  )
  const drawn = all.flatMap((each, n) => {
    const kind = `s${n % colours}`
    const path = each.points.map(({ size, summary }) => `${at(x(size))},${at(y(summary.median))}`).join(" ")
    return [
      `<polyline class="${kind} line" points="${path}"/>`,
      ...each.points.flatMap(({ size, summary: { median, min, max } }, k) => [
        line(x(size), y(min), x(size), y(max), "whisker"),
        `<circle class="${kind}" cx="${at(x(size))}" cy="${at(y(median))}" r="3"/>`,
        // That of the last point stands with the name.
        ...(k < each.points.length - 1 ? [text(x(size) + 4, y(max) - 7, figure(median))] : [])
      ]),
      text(width - right + 10, names.get(n)!, `${each.name}, ${figure(each.points.at(-1)!.summary.median)}`)
    ]
  })
  return framed(title, `${unit}, by ${axis.of}${rounds(points.map(({ summary }) => summary))}`, height, [
    ...grid,
    ...labels,
    ...drawn
  ])
}
