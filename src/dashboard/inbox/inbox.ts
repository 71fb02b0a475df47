/** The inbox: the live list on one side, a conversation on the other. */
import { useMemo, useState } from "preact/hooks"
import { folded, foldedQuery } from "../../../machines/folding.ts"
import type { Connection, Summary } from "../../client/index.ts"
import { html } from "../html.ts"
import type { ValueChanged } from "../html.ts"
import { useFetched, useLive, useStore } from "../live.ts"
import { number, plural } from "../wording.ts"
import { ConversationPane } from "./conversation.ts"
import { Empty } from "./empty.ts"
import type { Channels } from "./naming.ts"
import { titleOf } from "./naming.ts"
import { Row } from "./row.ts"
import { own } from "../../../machines/own.ts"

const filters = {
  all: { label: "All", holds: () => true },
  unread: { label: "Unread", holds: (c: Summary) => c.unread_count > 0 },
  hot: { label: "Hot", holds: (c: Summary) => c.is_hot },
  priority: { label: "Priority", holds: (c: Summary) => c.priority === "high" || c.priority === "urgent" }
} as const
type Filter = keyof typeof filters

const newestFirst = ([, a]: readonly [string, Summary], [, b]: readonly [string, Summary]): number =>
  (b.last_message_at ?? "") < (a.last_message_at ?? "") ? -1 : 1

export const Inbox = ({ rest: [selected] }: { readonly rest: ReadonlyArray<string> }) => {
  const { client, ops } = useLive()
  const inbox = useStore(useMemo(() => client.inbox(), [client]))
  const { state: figures, status } = useStore(ops)
  const [filter, setFilter] = useState<Filter>("all")
  const [text, setText] = useState("")
  const accounts = useFetched<{ readonly items: ReadonlyArray<Connection> }>("/connections", [
    figures?.connections.total,
    JSON.stringify(figures?.connections.account_status)
  ])
  const channels: Channels = useMemo(() => new Map(accounts.value?.items.map((one) => [one.id, one])), [accounts.value])

  if (inbox.state === null) return html`<p class="nothing">Opening the inbox…</p>`
  const { conversations, totals } = inbox.state
  const all = Object.entries(conversations).sort(newestFirst)
  const { archived, spam, deleted, snoozed } = totals
  if (totals.conversations + archived + spam + deleted + snoozed === 0) return html`<${Empty} />`
  const wanted = foldedQuery(text)
  const shown = all.filter(
    ([, one]) => filters[filter].holds(one) && (wanted === "" || folded(titleOf(one)).includes(wanted))
  )
  return html`
    <div class=${`inbox ${selected === undefined ? "" : "has-selection"} ${inbox.status}`}>
      <section class="list" aria-label="Conversations">
        <header>
          <h1>
            Inbox
            <span class="muted">${`${plural(totals.unread_count, "unread message")} in ${plural(totals.unread_conversations, "conversation")}`}</span>
          </h1>
          <input
            type="search"
            aria-label="Find by name or subject"
            placeholder="Find by name or subject"
            value=${text}
            onInput=${(event: ValueChanged) => setText(event.target.value)}
          />
          <div class="segments" role="group" aria-label="Show">
            ${Object.entries(filters).map(
              ([name, { label, holds }]) => html`
                <button key=${name} aria-pressed=${filter === name} onClick=${() => setFilter(name as Filter)}>
                  ${label} <span class="muted">${number(name === "all" ? totals.conversations : all.filter(([, one]) => holds(one)).length)}</span>
                </button>
              `
            )}
          </div>
        </header>
        <ul onKeyDown=${walk}>
          ${shown.map(
            ([id, summary]) => html`
              <${Row}
                key=${id}
                id=${id}
                summary=${summary}
                channels=${channels}
                present=${status === "live" ? own(figures?.present, id) : undefined}
                isSelected=${selected === id}
              />
            `
          )}
        </ul>
        ${shown.length === 0 ? html`<p class="nothing">No conversation is like that.</p>` : null}
        ${all.length < totals.conversations && filter === "all" ? html`<p class="nothing">The ${all.length} most recent of ${number(totals.conversations)}. The API lists all.</p>` : null}
      </section>
      <section class="pane" aria-label="Conversation">
        ${
          selected === undefined
            ? html`<p class="nothing centred">Choose a conversation. Arrow keys walk the list, Enter opens.</p>`
            : html`<${ConversationPane} key=${selected} id=${selected} channels=${channels} />`
        }
      </section>
    </div>
  `
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }

/** Arrow keys go from row to row. */
const walk = (event: KeyboardEvent) => {
  const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : own(steps, event.key)
  if (step === undefined) return
  const links = [...(event.currentTarget as HTMLElement).querySelectorAll("a")]
  const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
