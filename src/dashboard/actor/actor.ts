/** One actor, looked into: its statechart with the present state, and its context, ⚿ masked. */
import { useState } from "preact/hooks"
import { html } from "../html.ts"
import type { ValueChanged } from "../html.ts"
import { useFetched, useLive, useNow, useStore } from "../live.ts"
import { Fault, Page } from "../parts/page.ts"
import { hrefOf } from "../route.ts"
import { ago, ahead, fullTime, words } from "../wording.ts"
import type { State, StateValue } from "./statechart.ts"
import { Statechart } from "./statechart.ts"

const kinds = [
  "conversation",
  "connection",
  "channel",
  "participant",
  "tenant",
  "scheduler",
  "record",
  "sync_job"
] as const

interface Inspection {
  readonly kind: string
  readonly id: string
  readonly machine_state: StateValue
  readonly context: Readonly<Record<string, unknown>>
  readonly seq: number
  readonly dirty: boolean
  readonly deadline: string | null
  readonly last_event: { readonly type: string; readonly at: string } | null
}

/** Milliseconds between two looks at an actor. */
const every = 2_000

export const Actor = ({ rest: [kind = "connection", id = ""] }: { readonly rest: ReadonlyArray<string> }) => {
  const { api } = useLive()
  const known = kinds.find((each) => each === kind) ?? "connection"
  const named = known === "tenant" ? api.session.tenant : id
  const chart = useFetched<State>(`/statecharts/${known}`)
  const inspection = useFetched<Inspection>(
    named === "" ? null : `/actors/${known}/${encodeURIComponent(named)}`,
    [],
    every
  )
  const now = useNow(1_000)
  const actor = inspection.value
  return html`
    <${Page}
      title="Actors"
      lead="Statecharts are read from the machines that run. Choose a kind, or name an actor to see where it stands."
    >
      <${Picker} key=${known + id} kind=${known} id=${id} />
      <${Fault} text=${chart.error ?? inspection.error} />
      <div class="actor">
        <section class="card">
          <h2>${words(known)} ${actor === null ? null : html`<code>${actor.id}</code>`}</h2>
          ${chart.value === null ? null : html`<${Statechart} chart=${chart.value} value=${actor?.machine_state ?? null} />`}
          ${
            actor === null
              ? html`<${Busy} kind=${known} />`
              : html`<dl class="facts">
                  <div>
                    <dt>Last changed by</dt>
                    <dd title=${fullTime(actor.last_event?.at ?? null)}>
                      ${actor.last_event === null ? "nothing since it woke" : `${words(actor.last_event.type)}, ${ago(actor.last_event.at, now)}`}
                    </dd>
                  </div>
                  <div>
                    <dt>Journal at</dt>
                    <dd>${actor.seq}</dd>
                  </div>
                  <div>
                    <dt>In the rows</dt>
                    <dd>${actor.dirty ? "with the next cut" : "yes"}</dd>
                  </div>
                  <div>
                    <dt>Wakes by itself</dt>
                    <dd title=${fullTime(actor.deadline)}>
                      ${actor.deadline === null ? "never" : ahead(actor.deadline, now)}
                    </dd>
                  </div>
                </dl>`
          }
        </section>
        ${
          actor === null
            ? null
            : html`<section class="card">
                <h2>Context</h2>
                <pre tabindex="0" role="region" aria-label="Context">${JSON.stringify(actor.context, null, 2)}</pre>
              </section>`
        }
      </div>
    <//>
  `
}

const Picker = ({ kind, id }: { readonly kind: string; readonly id: string }) => {
  const [named, setNamed] = useState(id)
  const go = (event: Event) => {
    event.preventDefault()
    location.hash = hrefOf("actor", kind, named.trim())
  }
  return html`
    <form class="picker" onSubmit=${go}>
      <label
        >Kind
        <select value=${kind} onChange=${(event: ValueChanged) => (location.hash = hrefOf("actor", event.target.value))}>
          ${kinds.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
        </select>
      </label>
      <label class="grow"
        >Id
        <input
          value=${named}
          spellcheck=${false}
          placeholder="ours, or for accounts and conversations the provider's"
          onInput=${(event: ValueChanged) => setNamed(event.target.value)}
        />
      </label>
      <button>Look</button>
    </form>
  `
}

/** Who of the kind was busy lately: something to click. */
const Busy = ({ kind }: { readonly kind: string }) => {
  const { ops } = useLive()
  const hottest = useStore(ops).state?.hottest.filter((each) => each.kind === kind) ?? []
  return hottest.length === 0
    ? null
    : html`<p class="muted">
        Busy in the last minute: ${hottest.map(({ id }) => html`<a key=${id} href=${hrefOf("actor", kind, id)}><code>${id.slice(0, 8)}</code></a> `)}
      </p>`
}
