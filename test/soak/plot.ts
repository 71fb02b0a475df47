/** The soak's memory line as an SVG that a README can show, in light and dark. */
import type { Sample } from "./samples.ts"

const [width, height, left, bottom] = [760, 280, 56, 36]
const mebi = 2 ** 20

const path = (points: ReadonlyArray<readonly [number, number]>): string =>
  points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("")

export const plot = (title: string, samples: ReadonlyArray<Sample>): string => {
  const end = samples.at(-1)!.at
  const top = Math.ceil(Math.max(...samples.map(({ resident }) => resident / mebi)) / 100) * 100
  const x = (at: number) => left + (at / end) * (width - left - 12)
  const y = (mib: number) => height - bottom - (mib / top) * (height - bottom - 40)
  const line = (of: (sample: Sample) => number) =>
    path(samples.map((sample) => [x(sample.at), y(of(sample) / mebi)] as const))
  const levels = [0, top / 4, top / 2, (top * 3) / 4, top]
  const minutes = Array.from({ length: Math.floor(end / 60) + 1 }, (_, minute) => minute)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #57606a } .grid { stroke: #8b949e44 }
  .resident { stroke: #0969da } .heap { stroke: #bf5700 } path { fill: none; stroke-width: 1.6 }
  .l-resident { fill: #0969da } .l-heap { fill: #bf5700 }
  @media (prefers-color-scheme: dark) { text { fill: #9198a1 } .resident { stroke: #4493f8 } .heap { stroke: #f0883e } .l-resident { fill: #4493f8 } .l-heap { fill: #f0883e } }
</style>
<text x="${left}" y="18">${title}</text>
<text x="${width - 210}" y="34" class="l-resident">resident memory</text>
<text x="${width - 90}" y="34" class="l-heap">heap in use</text>
${levels.map((mib) => `<line class="grid" x1="${left}" x2="${width - 12}" y1="${y(mib)}" y2="${y(mib)}"/><text x="${left - 8}" y="${y(mib) + 4}" text-anchor="end">${mib} MiB</text>`).join("\n")}
${minutes.map((minute) => `<text x="${x(minute * 60)}" y="${height - 14}" text-anchor="middle">${minute}</text>`).join("")}
<text x="${width - 12}" y="${height - 1}" text-anchor="end">minutes</text>
<path class="resident" d="${line(({ resident }) => resident)}"/>
<path class="heap" d="${line(({ heap }) => heap)}"/>
</svg>
`
}
