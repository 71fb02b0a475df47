/** What every chart has: its size, its colours in light and dark, its title, and texts that are safe inside SVG. */
import type { Summary } from "../samples.ts"

export const width = 760
const titleHeight = 44

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** Coordinates to a tenth. */
export const at = (coordinate: number): string => String(Math.round(coordinate * 10) / 10)

/** A figure as people read it: 1,564 or 0.71. */
export const figure = (value: number): string =>
  Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en-US")
    : String(Math.abs(value) >= 10 ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100)

/** Told apart by their brightness too, not by colour alone; the first is ours. */
const light = ["#0969da", "#bf5700", "#57606a", "#8250df"]
const dark = ["#4493f8", "#f0883e", "#9198a1", "#a371f7"]
export const colours = light.length

const series = (palette: ReadonlyArray<string>): string =>
  palette.map((colour, n) => `.s${n} { fill: ${colour}; stroke: ${colour} }`).join(" ")

export const text = (x: number, y: number, said: string, more = ""): string =>
  `<text x="${at(x)}" y="${at(y)}"${more}>${escaped(said)}</text>`

/** What the whiskers say, where there are any. */
export const rounds = (all: ReadonlyArray<Summary>): string =>
  all.some(({ min, max }) => min < max) ? "; median, least and greatest round" : ""

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`

/** `body` begins below the title; `height` is its own. */
export const framed = (title: string, note: string, height: number, body: ReadonlyArray<string>): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${at(height + titleHeight)}" role="img" aria-label="${escaped(title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #57606a; stroke: none } .title { font-size: 14px; fill: #1f2328 }
  .grid { stroke: #8b949e44 } .whisker { stroke: #1f2328; stroke-width: 1.5 } polyline.line { fill: none; stroke-width: 1.8 }
  ${series(light)}
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 } .title { fill: #f0f6fc } .whisker { stroke: #f0f6fc } ${series(dark)}
  }
</style>
${text(8, 18, title, ' class="title"')}
${text(8, 36, note)}
<g transform="translate(0 ${titleHeight})">
${body.join("\n")}
</g>
</svg>
`
