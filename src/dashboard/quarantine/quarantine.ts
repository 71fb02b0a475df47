/** Payloads that were authentic and could not be understood: kept as they came, looked at here, and tried again. */
import { useState } from "preact/hooks"
import { html } from "../html.ts"
import { useFetched, useLive, useNow } from "../live.ts"
import { Fault, Nothing, Page } from "../parts/page.ts"
import { ago, fullTime, plural, words } from "../wording.ts"
import { Payload } from "./payload.ts"
import { replayAll, replayOne } from "./replay.ts"

interface Item {
  readonly id: string
  readonly received_at: string
  readonly source: string
  readonly reason: string
}

/** Milliseconds between two looks: nothing tells us when one comes. */
const every = 5_000

export const Quarantine = () => {
  const { api, say } = useLive()
  const now = useNow(10_000)
  const { value, error, again } = useFetched<{ readonly items: ReadonlyArray<Item> }>(
    "/quarantine?limit=100",
    [],
    every
  )
  const [isBusy, setBusy] = useState(false)
  const [open, setOpen] = useState<string | null>(null)

  /** One at a time; what came of it is said, also when it failed. */
  const attempt = (what: Promise<string>) => {
    setBusy(true)
    what
      .catch((refusal: Error) => refusal.message)
      .then((outcome) => {
        say(outcome)
        setBusy(false)
        again()
      })
  }
  const items = value?.items ?? []
  return html`
    <${Page}
      title="Quarantine"
      lead="Authentic payloads that could not be read or applied. The provider was told 200; nothing is lost."
      tools=${
        items.length === 0
          ? null
          : html`<button disabled=${isBusy} onClick=${() => attempt(replayAll(api))}>Replay all</button>`
      }
    >
      <${Fault} text=${error} />
      ${value?.items.length === 0 ? html`<${Nothing}>Everything was understood.<//>` : null}
      ${
        items.length === 0
          ? null
          : html`<div class="card table-wrap" tabindex="0" role="region" aria-label="Payloads">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Received</th>
                    <th scope="col">From</th>
                    <th scope="col">Reason</th>
                    <th scope="col"><span class="unseen">What can be done</span></th>
                  </tr>
                </thead>
                <tbody>
                  ${items.map(
                    ({ id, received_at, source, reason }) => html`
                      <tr key=${id}>
                        <td title=${fullTime(received_at)}>${ago(received_at, now)}</td>
                        <td>${words(source)}</td>
                        <td class="reason">${reason}</td>
                        <td class="acts">
                          <button
                            class="small"
                            aria-expanded=${open === id}
                            onClick=${() => setOpen(open === id ? null : id)}
                          >
                            Look<span class="unseen"> at ${id}</span>
                          </button>
                          <button class="small" disabled=${isBusy} onClick=${() => attempt(replayOne(api, id))}>
                            Replay<span class="unseen"> ${id}</span>
                          </button>
                        </td>
                      </tr>
                      ${
                        open === id
                          ? html`<tr key=${`${id} open`} class="opened">
                              <td colspan="4"><${Payload} id=${id} /></td>
                            </tr>`
                          : null
                      }
                    `
                  )}
                </tbody>
              </table>
            </div>
            ${
              items.length < 100
                ? null
                : html`<p class="muted">The newest ${plural(items.length, "payload")}; a replay of all takes the others too.</p>`
            }`
      }
    <//>
  `
}
