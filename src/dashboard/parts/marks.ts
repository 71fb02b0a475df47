/** Small marks that say how something is: never by colour alone. */
import { html } from "../html.ts"
import { initials, words } from "../wording.ts"
import { Icon } from "./icon.ts"
import { own } from "../../../machines/own.ts"

export type Tone = "good" | "warn" | "bad" | "calm"

/** How a state of an account is to be taken. */
const tones: Readonly<Record<string, Tone>> = {
  active: "good",
  authenticated: "good",
  pending: "calm",
  checkpoint_required: "warn",
  expired: "warn",
  failed: "bad",
  disconnected: "bad"
}

export const StateMark = ({ state }: { readonly state: string }) =>
  html`<span class="mark ${own(tones, state) ?? "calm"}"><i aria-hidden="true"></i>${words(state)}</span>`

/** Somebody, or some thread: initials on a colour of their own, and the channel in the corner. */
export const Avatar = ({ name, channel }: { readonly name: string; readonly channel?: string | undefined }) => {
  let hue = 0
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)!) % 360
  return html`
    <span class="avatar" style=${{ "--hue": hue }} aria-hidden="true">
      ${initials(name)}
      ${channel === undefined ? null : html`<span class="channel ${channel}"><${Icon} name=${channel} size=${11} /></span>`}
    </span>
  `
}

export const Count = ({ value, of }: { readonly value: number; readonly of: string }) =>
  value === 0
    ? null
    : html`<span class="count" title=${`${value} ${of}`}
        >${value > 999 ? "999+" : value}<span class="unseen"> ${of}</span></span
      >`
