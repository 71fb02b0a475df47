/**
 * A statechart, drawn from the machine that runs: regions as boxes, the present state filled, and from there an arrow to each state
 * that it can become, with the events that lead there beneath. Only from there: where each state leads to each, all the arrows at once
 * would be a carpet.
 */
import { html } from "../html.ts"
import { words } from "../wording.ts"
import { own } from "../../../machines/own.ts"

export interface State {
  readonly key: string
  readonly type: string
  readonly initial: string | null
  readonly goes_to: ReadonlyArray<string>
  readonly events: ReadonlyArray<string>
  readonly transitions: ReadonlyArray<{
    readonly event: string
    readonly guard: string | null
    readonly target: string | null
  }>
  readonly states: ReadonlyArray<State>
}
/** What XState calls a state value: a name, or names by region. */
export type StateValue = string | { readonly [region: string]: StateValue }

const box = { width: 156, height: 38, gapX: 62, gapY: 46, columns: 3 } as const

interface Props {
  readonly chart: State
  /** null: no actor is looked at, only the kind. */
  readonly value: StateValue | null
}

export const Statechart = ({ chart, value }: Props) => html`
  <div class="statechart">
    <div class="region-head">
      <b>${words(chart.key)}</b> <span class="muted">${chart.type}</span>
    </div>
    ${
      chart.type === "parallel"
        ? html`<div class="regions">
            ${chart.states.map(
              (region) =>
                html`<${Region}
                  key=${region.key}
                  region=${region}
                  value=${typeof value === "object" && value !== null ? (own(value, region.key) ?? null) : null}
                />`
            )}
          </div>`
        : html`<${Region} region=${chart} value=${value} isRoot />`
    }
  </div>
`

interface RegionProps {
  readonly region: State
  readonly value: StateValue | null
  readonly isRoot?: boolean
}

const Region = ({ region, value, isRoot = false }: RegionProps) => {
  const present = typeof value === "string" ? value : value === null ? null : (Object.keys(value)[0] ?? null)
  const { states } = region
  const columns = Math.min(box.columns, states.length)
  const rows = Math.ceil(states.length / columns)
  const placeOf = (key: string) => {
    const index = states.findIndex((state) => state.key === key)
    return {
      x: 10 + (index % columns) * (box.width + box.gapX),
      y: 18 + Math.floor(index / columns) * (box.height + box.gapY)
    }
  }
  const width = columns * (box.width + box.gapX) - box.gapX + 20
  const height = rows * (box.height + box.gapY) - box.gapY + 30
  const from = states.find((state) => state.key === present)
  const summary =
    present === null
      ? `${words(region.key)}: one of ${states.map(({ key }) => words(key)).join(", ")}`
      : `${words(region.key)} is ${words(present)}; it can become ${from?.goes_to.map(words).join(", ") || "nothing else"}`
  return html`
    <figure class="region">
      ${isRoot ? null : html`<figcaption>${words(region.key)}</figcaption>`}
      <svg viewBox=${`0 0 ${width} ${height}`} style=${{ maxWidth: `${width}px` }} role="img" aria-label=${summary}>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M0 0l8 4-8 4z" />
          </marker>
        </defs>
        ${from?.goes_to.map((target) => html`<path key=${target} class="edge" d=${edgeBetween(placeOf(from.key), placeOf(target))} marker-end="url(#arrow)" />`)}
        ${states.map((state) => {
          const { x, y } = placeOf(state.key)
          const isPresent = state.key === present
          return html`
            <g key=${state.key} class=${`state ${isPresent ? "present" : ""}`} transform=${`translate(${x} ${y})`}>
              <rect width=${box.width} height=${box.height} rx="9" />
              ${state.key === region.initial ? html`<circle class="initial" cx="0" cy="0" r="4.5"><title>it starts here</title></circle>` : null}
              <text x=${box.width / 2} y=${box.height / 2}>${words(state.key)}</text>
            </g>
          `
        })}
      </svg>
      ${from === undefined ? null : html`<${Edges} state=${from} />`}
    </figure>
  `
}

/** What the state takes, by where it leads. */
const Edges = ({ state }: { readonly state: State }) => {
  const eventsTo = (target: string | null) =>
    [...new Set(state.transitions.filter((edge) => edge.target === target).map(({ event }) => event))].toSorted()
  const leading = new Set(state.transitions.flatMap(({ event, target }) => (target === null ? [] : event)))
  const staying = eventsTo(null).filter((event) => !leading.has(event))
  return html`
    <dl class="edges">
      ${state.goes_to.map(
        (target) =>
          html`<div key=${target}>
            <dt>to ${words(target)}</dt>
            <dd>${eventsTo(target).map(words).join(", ")}</dd>
          </div>`
      )}
      ${
        staying.length === 0
          ? null
          : html`<div>
              <dt>stays</dt>
              <dd>${staying.map(words).join(", ")}</dd>
            </div>`
      }
      ${state.type === "final" ? html`<div><dt>final</dt><dd>takes no event</dd></div>` : null}
    </dl>
  `
}

interface Point {
  readonly x: number
  readonly y: number
}

/** From border to border; past a box in between it bends. */
const edgeBetween = (from: Point, to: Point): string => {
  const middle = ({ x, y }: Point) => ({ x: x + box.width / 2, y: y + box.height / 2 })
  const [a, b] = [middle(from), middle(to)]
  const isSameRow = a.y === b.y
  const isFar = Math.abs(a.x - b.x) > box.width + box.gapX + 1
  if (isSameRow && isFar) {
    const [start, end] = [a.y - box.height / 2, b.y - box.height / 2 - 2]
    const bend = start - 20
    return `M${a.x} ${start} C${a.x} ${bend} ${b.x} ${bend} ${b.x} ${end}`
  }
  if (isSameRow) {
    const direction = Math.sign(b.x - a.x)
    return `M${a.x + (direction * box.width) / 2} ${a.y} L${b.x - direction * (box.width / 2 + 2)} ${b.y}`
  }
  const down = Math.sign(b.y - a.y)
  const [start, end] = [a.y + (down * box.height) / 2, b.y - down * (box.height / 2 + 2)]
  const half = (start + end) / 2
  return `M${a.x} ${start} C${a.x} ${half} ${b.x} ${half} ${b.x} ${end}`
}
