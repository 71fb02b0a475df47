/** The messages of a conversation: rows, so they are asked for, again whenever the live conversation has changed. */
import { useLayoutEffect, useRef } from "preact/hooks"
import type { Conversation } from "../../client/index.ts"
import { html } from "../html.ts"
import { useFetched, useNow, useSettled } from "../live.ts"
import { Fault, Nothing } from "../parts/page.ts"
import { fullTime, shortTime } from "../wording.ts"

interface Message {
  readonly id: string
  readonly sender_participant_id: string | null
  readonly direction: "inbound" | "outbound"
  readonly content: string | null
  readonly subject: string | null
  readonly status: string
  readonly sent_at: string | null
  readonly received_at: string | null
  readonly created_at: string
  readonly edited_at: string | null
  readonly deleted_at: string | null
  readonly is_event: boolean
  readonly is_local_only: boolean
  readonly reactions: ReadonlyArray<{ readonly value: string }>
  readonly attachments: ReadonlyArray<Readonly<Record<string, unknown>>>
}

interface Props {
  readonly conversation: Conversation
  readonly isLive: boolean
}

/** A burst of changes is one question. */
const settling = 150

export const Messages = ({ conversation, isLive }: Props) => {
  const { id, members } = conversation
  const settled = useSettled(conversation.updated_at, settling)
  const { value, error } = useFetched<{ readonly items: ReadonlyArray<Message>; readonly next_cursor: string | null }>(
    `/conversations/${id}/messages?limit=50`,
    [settled, isLive]
  )
  const now = useNow(30_000)
  const list = useRef<HTMLOListElement>(null)
  const newest = value?.items[0]?.id
  // The newest stands at the bottom, and in sight.
  useLayoutEffect(() => {
    list.current?.parentElement?.scrollTo({ top: list.current.parentElement.scrollHeight })
  }, [newest])
  const names = new Map(members.map(({ participant_id, name }) => [participant_id, name]))
  return html`
    <${Fault} text=${isLive || value === null ? error : null} />
    ${value?.items.length === 0 ? html`<${Nothing}>No message yet.<//>` : null}
    ${value?.next_cursor == null ? null : html`<p class="nothing">The newest fifty; the API has the others.</p>`}
    <ol class="messages" ref=${list}>
      ${value?.items.toReversed().map((message) => html`<${Bubble} key=${message.id} message=${message} name=${names.get(message.sender_participant_id ?? "") ?? null} isGroup=${members.length > 2} now=${now} />`)}
    </ol>
  `
}

interface BubbleProps {
  readonly message: Message
  readonly name: string | null
  readonly isGroup: boolean
  readonly now: number
}

const Bubble = ({ message, name, isGroup, now }: BubbleProps) => {
  const { direction, content, subject, status, deleted_at, edited_at, reactions, attachments } = message
  const at = message.sent_at ?? message.received_at ?? message.created_at
  if (message.is_event) return html`<li class="system">${content ?? "something changed"}</li>`
  return html`
    <li class=${`bubble ${direction}`}>
      ${isGroup && direction === "inbound" && name !== null ? html`<b class="from">${name}</b>` : null}
      ${subject ? html`<b class="subject">${subject}</b>` : null}
      <span class="text">${deleted_at === null ? content : html`<i>deleted</i>`}</span>
      ${attachments.map((attachment, place) => html`<span key=${place} class="attachment">${String(attachment["type"] ?? attachment["attachment_type"] ?? "file")}</span>`)}
      <span class="meta">
        ${edited_at === null ? "" : "edited · "}<time datetime=${at} title=${fullTime(at)}>${shortTime(at, now)}</time
        >${direction === "outbound" ? ` · ${message.is_local_only ? "draft" : status}` : ""}
        ${reactions.map(({ value }, place) => html`<span key=${place} class="reaction">${value}</span>`)}
      </span>
    </li>
  `
}
