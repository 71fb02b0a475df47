/** A chart of the last minutes: uPlot, in the colours of the page. */
import { useEffect, useRef } from "preact/hooks"
import uPlot from "uplot"
import { html } from "../html.ts"
import { useLive } from "../live.ts"
import { exactTime, number } from "../wording.ts"
import type { History, Line } from "./history.ts"

export interface Curve {
  readonly line: Line
  readonly label: string
  /** The name of a colour of the page, without the dashes. */
  readonly colour: string
}

interface Props {
  readonly title: string
  readonly unit: string
  readonly curves: ReadonlyArray<Curve>
}

const height = 150
/** What the width shows at least. */
const leastSeconds = 60

const colourOf = (name: string): string => {
  // A colour that depends on the scheme has to be used to be known.
  const probe = document.createElement("i")
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const optionsOf = ({ unit, curves }: Props, width: number): uPlot.Options => {
  const axis = {
    stroke: colourOf("muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colourOf("line"), width: 1 },
    ticks: { show: false }
  }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      y: { range: (_, _least, most) => [0, Math.max(1, (most ?? 0) * 1.15)] }
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 90,
        values: (_, at) => at.map((second) => exactTime(second * 1_000))
      },
      { ...axis, size: 46, space: 34, values: (_, at) => at.map((value) => `${value}${unit}`) }
    ],
    series: [
      {},
      ...curves.map(({ label, colour }, place) => ({
        label,
        stroke: colourOf(colour),
        width: 1.5,
        points: { show: false },
        ...(place === 0 ? { fill: colourOf(`${colour}-soft`) } : {})
      }))
    ]
  }
}

/** A line of two seconds would have the same time under every tick: then it begins with a gap. */
const dataOf = (history: History, curves: ReadonlyArray<Curve>) => {
  const values = curves.map(({ line }) => history.of(line))
  const { times } = history
  const begin = (times.at(-1) ?? 0) - leastSeconds
  const isShort = times.length > 0 && times[0]! > begin
  const data = isShort ? [[begin, ...times], ...values.map((line) => [null, ...line])] : [times, ...values]
  return data as unknown as uPlot.AlignedData
}

/** Its newest values stand beside it as text: a canvas says nothing to those who do not see it. */
export const Chart = (props: Props) => {
  const { history } = useLive()
  const place = useRef<HTMLDivElement>(null)
  const { curves, unit, title } = props

  useEffect(() => {
    const element = place.current!
    let plot: uPlot | undefined
    const draw = () => {
      plot?.destroy()
      plot = new uPlot(optionsOf(props, element.clientWidth), dataOf(history, curves), element)
    }
    draw()
    const stop = history.follow(() => plot?.setData(dataOf(history, curves)))
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    const scheme = matchMedia("(prefers-color-scheme: dark)")
    scheme.addEventListener("change", draw)
    const themed = new MutationObserver(draw)
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] })
    return () => {
      stop()
      resized.disconnect()
      scheme.removeEventListener("change", draw)
      themed.disconnect()
      plot?.destroy()
    }
  }, [history])

  return html`
    <figure class="chart card">
      <figcaption>
        <span>${title}</span>
        <${Legend} curves=${curves} unit=${unit} />
      </figcaption>
      <div ref=${place} aria-hidden="true"></div>
    </figure>
  `
}

const shown = (value: number | null | undefined, unit: string): string =>
  value === null || value === undefined ? "–" : `${number(value)}${unit}`

const Legend = ({ curves, unit }: Pick<Props, "curves" | "unit">) => {
  const { history } = useLive()
  return html`
    <ul class="legend">
      ${curves.map(
        ({ line, label, colour }) => html`
          <li key=${line}>
            <i style=${{ background: `var(--${colour})` }} aria-hidden="true"></i>${label}
            <b>${shown(history.of(line).at(-1), unit)}</b>
          </li>
        `
      )}
    </ul>
  `
}
