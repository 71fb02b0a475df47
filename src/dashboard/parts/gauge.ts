/** How much of a limit is used. */
import { html } from "../html.ts"
import { number } from "../wording.ts"

interface Props {
  readonly label: string
  readonly used: number
  /** null: there is none. */
  readonly limit: number | null
  /** What sets the limit, in a few words. */
  readonly note?: string
}

/** From this share on it is nearly full. */
const nearly = 0.8

export const Gauge = ({ label, used, limit, note = "" }: Props) => {
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit)
  const tone = share >= 1 ? "bad" : share >= nearly ? "warn" : "good"
  const text = limit === null ? `${number(used)}, no limit` : `${number(used)} of ${number(limit)}`
  return html`
    <div class="gauge">
      <div class="gauge-head"><span>${label}</span><span class="figure">${text}</span></div>
      <div
        class="track"
        role="meter"
        aria-label=${label}
        aria-valuemin="0"
        aria-valuemax=${limit ?? Math.max(used, 1)}
        aria-valuenow=${used}
        aria-valuetext=${text}
      >
        <div class="fill ${tone}" style=${{ width: `${share * 100}%` }}></div>
      </div>
      ${note === "" ? null : html`<div class="gauge-note">${note}</div>`}
    </div>
  `
}
