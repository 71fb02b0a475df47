/** Payloads that were authentic and could not be understood: kept as they came. */
import { html } from "../html.ts"
import { useFetched, useNow } from "../live.ts"
import { Fault, Nothing, Page } from "../parts/page.ts"
import { ago, fullTime, words } from "../wording.ts"

interface Item {
  readonly id: string
  readonly received_at: string
  readonly source: string
  readonly reason: string
}

/** Milliseconds between two looks: nothing tells us when one comes. */
const every = 5_000

export const Quarantine = () => {
  const now = useNow(10_000)
  const { value, error } = useFetched<{ readonly items: ReadonlyArray<Item> }>("/quarantine?limit=100", [], every)
  return html`
    <${Page}
      title="Quarantine"
      lead="Authentic payloads that could not be read or applied. The provider was told 200; nothing is lost."
    >
      <${Fault} text=${error} />
      ${value?.items.length === 0 ? html`<${Nothing}>Everything was understood.<//>` : null}
      ${
        value === null || value.items.length === 0
          ? null
          : html`<div class="card table-wrap" tabindex="0" role="region" aria-label="Payloads">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Received</th>
                    <th scope="col">From</th>
                    <th scope="col">Reason</th>
                    <th scope="col">Id</th>
                  </tr>
                </thead>
                <tbody>
                  ${value.items.map(
                    ({ id, received_at, source, reason }) => html`
                      <tr key=${id}>
                        <td title=${fullTime(received_at)}>${ago(received_at, now)}</td>
                        <td>${words(source)}</td>
                        <td class="reason">${reason}</td>
                        <td><code>${id.slice(0, 8)}</code></td>
                      </tr>
                    `
                  )}
                </tbody>
              </table>
            </div>`
      }
    <//>
  `
}
