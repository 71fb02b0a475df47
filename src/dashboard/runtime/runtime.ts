/** The runtime itself: how fast, how far behind, who is in memory, who is busy. */
import { html } from "../html.ts"
import { useLive, useNow, useStore } from "../live.ts"
import { Nothing, Page } from "../parts/page.ts"
import { Tile } from "../parts/tile.ts"
import { hrefOf } from "../route.ts"
import { ago, duration, number, words } from "../wording.ts"
import type { Curve } from "./chart.ts"
import { Chart } from "./chart.ts"

const throughput: ReadonlyArray<Curve> = [
  { line: "applied", label: "applied", colour: "accent" },
  { line: "duplicate", label: "repeats", colour: "muted" }
]
const latency: ReadonlyArray<Curve> = [
  { line: "p50", label: "half within", colour: "good" },
  { line: "p90", label: "90 % within", colour: "warn" },
  { line: "p99", label: "99 % within", colour: "bad" }
]
const backlog: ReadonlyArray<Curve> = [{ line: "lag", label: "oldest change that no cut holds", colour: "accent" }]

export const Runtime = () => {
  const { ops } = useLive()
  const { state } = useStore(ops)
  const now = useNow(1_000)
  if (state === null) return html`<${Page} title="Runtime"><${Nothing}>Waiting for the first figures…<//><//>`
  const residents = Object.values(state.residents).reduce((sum, count) => sum + count, 0)
  const { p50, p90, p99, max, count } = state.acknowledged_ms
  return html`
    <${Page} title="Runtime" lead="One tenant's actors, mailbox and journal. Once a second, from the feed.">
      <dl class="tiles">
        <${Tile}
          label="Events a second"
          value=${number(state.events_applied_per_s)}
          note=${`${number(state.events_applied)} since it was loaded, ${number(state.events_duplicate)} repeats`}
        />
        <${Tile}
          label="Acknowledged within"
          value=${duration(p50)}
          note=${count === 0 ? "nothing in the last minute" : `90 % ${duration(p90)}, 99 % ${duration(p99)}, longest ${duration(max)}`}
        />
        <${Tile}
          label="Mailbox"
          value=${number(state.mailbox)}
          note=${`of ${number(state.mailbox_limit)}; then webhooks get 503`}
        />
        <${Tile}
          label="Actors in memory"
          value=${number(residents)}
          note=${`${number(state.sleeping.conversation)} conversations asleep, ${number(state.dirty)} changed since the cut`}
        />
        <${Tile}
          label="Snapshot lag"
          value=${`${number(state.snapshot_lag_s)} s`}
          note=${`${number(state.snapshot_lag)} journal entries; last cut took ${duration(state.last_cut_ms)}`}
        />
        <${Tile}
          label="Watched"
          value=${number(state.feed_subscribers)}
          note=${`subscriptions of ${number(state.feed_topics)} topics`}
        />
      </dl>
      <div class="charts">
        <${Chart} title="Events a second" unit="" curves=${throughput} />
        <${Chart} title="Acknowledgement, last minute" unit=" ms" curves=${latency} />
        <${Chart} title="Snapshot lag" unit=" s" curves=${backlog} />
      </div>
      <div class="columns">
        <section class="card">
          <h2>Hottest actors <span class="muted">last minute</span></h2>
          ${
            state.hottest.length === 0
              ? html`<${Nothing}>Nobody changed in the last minute.<//>`
              : html`<ol class="hottest">
                  ${state.hottest.map(
                    ({ kind, id, events }) => html`
                      <li key=${id}>
                        <a href=${hrefOf("actor", kind, id)}><b>${kind}</b> <code>${id.slice(0, 8)}</code></a>
                        <span class="bar" aria-hidden="true"
                          ><i style=${{ width: `${(100 * events) / state.hottest[0]!.events}%` }}></i
                        ></span>
                        <span class="figure">${number(events)}</span>
                      </li>
                    `
                  )}
                </ol>`
          }
        </section>
        <section class="card">
          <h2>In memory</h2>
          <table class="plain">
            <tbody>
              ${Object.entries(state.residents).map(
                ([kind, count]) =>
                  html`<tr key=${kind}>
                    <th scope="row">${words(kind)}</th>
                    <td class="figure">${number(count)}</td>
                  </tr>`
              )}
              <tr>
                <th scope="row">journal: newest, durable, in the cut</th>
                <td class="figure">${state.seq}, ${state.durable_seq}, ${state.checkpoint_seq}</td>
              </tr>
              <tr>
                <th scope="row">patches kept for those who come back</th>
                <td class="figure">${number(state.feed_patches)}</td>
              </tr>
              <tr>
                <th scope="row">last webhook</th>
                <td class="figure">${ago(state.last_webhook_received, now)}</td>
              </tr>
              <tr>
                <th scope="row">webhooks not understood, in a row</th>
                <td class="figure">${number(state.webhook_failures)}</td>
              </tr>
            </tbody>
          </table>
        </section>
      </div>
    <//>
  `
}
