/** One bar for each thing that was measured: the median, with a whisker from the least round to the greatest. */
import type { Summary } from "../samples.ts"
import { at, colours, figure, framed, line, rounds, text, width } from "./frame.ts"

export interface Bar {
  readonly name: string
  readonly summary: Summary
}

const [left, right, row, thickness] = [190, 190, 34, 18]

export const bars = (title: string, unit: string, all: ReadonlyArray<Bar>): string => {
  const most = Math.max(...all.map(({ summary }) => summary.max))
  const x = (value: number) => left + (value / most) * (width - left - right)
  const body = all.flatMap(({ name, summary: { median, min, max } }, n) => {
    const top = n * row + 6
    const middle = top + thickness / 2
    const whisker =
      min === max
        ? []
        : [
            line(x(min), middle, x(max), middle, "whisker"),
            ...[min, max].map((end) => line(x(end), middle - 5, x(end), middle + 5, "whisker"))
          ]
    const spread = min === max ? "" : ` (${figure(min)} – ${figure(max)})`
    return [
      text(left - 8, middle + 4, name, ' text-anchor="end"'),
      `<rect class="s${n % colours}" x="${left}" y="${at(top)}" width="${at(Math.max(1, x(median) - left))}" height="${thickness}" rx="2"/>`,
      ...whisker,
      text(x(max) + 10, middle + 4, `${figure(median)}${spread}`)
    ]
  })
  return framed(title, `${unit}${rounds(all.map(({ summary }) => summary))}`, all.length * row + 12, body)
}
