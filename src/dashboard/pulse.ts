/** The line at the top: how it goes, and whether we hear of it. */
import { useEffect, useState } from "preact/hooks"
import { html } from "./html.ts"
import { useLive, useNow, useStore } from "./live.ts"
import { duration, exactTime, number, span } from "./wording.ts"

/** A few figures, always in sight. */
export const Pulse = () => {
  const { ops } = useLive()
  const { state } = useStore(ops)
  if (state === null) return html`<span class="pulse"></span>`
  const { p50 } = state.acknowledged_ms
  return html`
    <dl class="pulse">
      <div>
        <dt>events/s</dt>
        <dd>${number(state.events_applied_per_s)}</dd>
      </div>
      <div>
        <dt>acknowledged</dt>
        <dd>${duration(p50)}</dd>
      </div>
      <div>
        <dt>mailbox</dt>
        <dd>${number(state.mailbox)}</dd>
      </div>
      <div>
        <dt>lag</dt>
        <dd>${number(state.snapshot_lag_s)} s</dd>
      </div>
    </dl>
  `
}

/** While nothing is heard, the page says of when it is. */
export const Away = () => {
  const { client } = useLive()
  const { status } = useStore(client.status)
  const [since, setSince] = useState<number | null>(null)
  const isAway = status === "waiting" || (status === "connecting" && since !== null)
  useEffect(() => setSince((before) => (isAway ? (before ?? Date.now()) : null)), [isAway])
  return since === null
    ? null
    : html`<p class="away" role="alert">The server does not answer. What you see is as of ${exactTime(since)}; it goes on by itself once the server is back.</p>`
}

/** Whether the line to the server is open; what is on the page is as old as that says. */
export const LineStatus = () => {
  const { client } = useLive()
  const status = useStore(client.status)
  const now = useNow(1_000)
  const [tone, text] =
    status.status === "open"
      ? (["good", "live"] as const)
      : status.status === "waiting"
        ? (["warn", `away, again in ${span(Math.max(0, status.until - now))}`] as const)
        : (["calm", "connecting"] as const)
  return html`<span class="mark line ${tone}" role="status"><i aria-hidden="true"></i>${text}</span>`
}
