/** What happened to a conversation, from the journal, newest first. */
import { useEffect, useState } from "preact/hooks"
import type { Conversation } from "../../client/index.ts"
import { html } from "../html.ts"
import { useFetched, useLive, useSettled } from "../live.ts"
import { Fault, Nothing } from "../parts/page.ts"
import { exactTime, fullTime, words } from "../wording.ts"

interface Named {
  readonly name?: string | null
}

/** What an entry holds, as far as its summary names it. */
interface EntryData {
  readonly sender?: Named | null
  readonly reader?: Named | null
  readonly person?: Named | null
  readonly user_id?: unknown
  readonly message?: { readonly content?: unknown } | null
  readonly reaction?: unknown
  readonly content?: unknown
  readonly priority?: unknown
  readonly status?: unknown
}

interface Entry {
  readonly seq: number
  readonly received: string
  readonly at: string | null
  readonly type: string
  readonly via: string
  readonly by: string | null
  readonly data: EntryData
}
interface TimelinePage {
  readonly items: ReadonlyArray<Entry>
  readonly next_cursor: string | null
  readonly kept_since: { readonly seq: number; readonly at: string } | null
}

const settling = 200

export const Timeline = ({ conversation }: { readonly conversation: Conversation }) => {
  const { api, say } = useLive()
  const path = `/conversations/${conversation.id}/timeline?limit=50`
  const { value, error } = useFetched<TimelinePage>(path, [useSettled(conversation.updated_at, settling)])
  const [older, setOlder] = useState<{ readonly items: ReadonlyArray<Entry>; readonly next: string | null } | null>(
    null
  )
  useEffect(() => setOlder(null), [conversation.id])
  if (value === null)
    return error === null ? html`<${Nothing}>Reading the journal…<//>` : html`<${Fault} text=${error} />`

  const next = older === null ? value.next_cursor : older.next
  const more = () =>
    api.get<TimelinePage>(`${path}&cursor=${next}`).then(
      (page) => setOlder({ items: [...(older?.items ?? []), ...page.items], next: page.next_cursor }),
      (refusal: Error) => say(refusal.message)
    )
  const known = new Set(value.items.map(({ seq }) => seq))
  const items = [...value.items, ...(older?.items.filter(({ seq }) => !known.has(seq)) ?? [])]
  return html`
    <p class="muted">
      Only what the journal still
      holds${value.kept_since === null ? "" : html`, which is since <time title=${fullTime(value.kept_since.at)}>${fullTime(value.kept_since.at)}</time>`}. Typing and looking are never journaled.
    </p>
    <ol class="timeline">
      ${items.map((entry) => html`<${Happened} key=${entry.seq} entry=${entry} />`)}
    </ol>
    ${items.length === 0 ? html`<${Nothing}>The journal holds nothing of it any more.<//>` : null}
    ${next === null ? null : html`<button onClick=${more}>Older</button>`}
  `
}

const Happened = ({ entry: { seq, received, type, via, by, data } }: { readonly entry: Entry }) => html`
  <li>
    <details>
      <summary>
        <time datetime=${received} title=${fullTime(received)}>${exactTime(received)}</time>
        <b>${words(type)}</b>
        <span class="gist">${gistOf(data)}</span>
        <span class="muted">${by ?? via}, #${seq}</span>
      </summary>
      <pre tabindex="0">${JSON.stringify(data, null, 2)}</pre>
    </details>
  </li>
`

/** The part of an event that tells most in a few words. */
const gistOf = (data: Entry["data"]): string => {
  const who = data.sender?.name ?? data.reader?.name ?? data.user_id ?? data.person?.name ?? ""
  const what = data.message?.content ?? data.reaction ?? data.content ?? data.priority ?? data.status ?? ""
  return [who, what].filter((part) => typeof part === "string" && part !== "").join(": ")
}
