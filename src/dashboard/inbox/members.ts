/** Who is in a conversation, how far each has read, and which CRM users have a horizon of their own. */
import type { Conversation } from "../../client/index.ts"
import { html } from "../html.ts"
import { useNow } from "../live.ts"
import { Avatar, Count } from "../parts/marks.ts"
import { hrefOf } from "../route.ts"
import { ago, fullTime, plural, words } from "../wording.ts"

export const Members = ({ conversation }: { readonly conversation: Conversation }) => {
  const now = useNow(10_000)
  const readers = Object.entries(
    conversation.readers as Readonly<
      Record<string, { readonly last_read_at?: string | null; readonly unread_count: number }>
    >
  )
  return html`
    <ul class="people">
      ${conversation.members.map(
        (member) => html`
          <li key=${member.participant_id} class=${member.is_active ? "" : "gone"}>
            <${Avatar} name=${member.name ?? member.role} />
            <span class="people-main">
              <a href=${hrefOf("actor", "participant", member.participant_id)}
                >${member.name ?? member.provider_participant_id ?? "nobody known"}</a
              >
              <span class="muted">${words(member.role)} · ${plural(member.message_count, "message")}${member.is_active ? "" : " · left"}</span>
            </span>
            <span class="horizon" title=${fullTime(member.last_read_at)}
              >${member.last_read_at ? `read up to ${ago(member.last_read_at, now)}` : "has not read"}</span
            >
            <${Count} value=${member.unread_count} of="unread" />
          </li>
        `
      )}
    </ul>
    ${readers.length === 0 ? null : html`<h2>CRM users</h2>`}
    <ul class="people">
      ${readers.map(
        ([id, { last_read_at, unread_count }]) => html`
          <li key=${id}>
            <${Avatar} name=${id} />
            <span class="people-main"><span>${id}</span></span>
            <span class="horizon" title=${fullTime(last_read_at)}>read up to ${ago(last_read_at, now)}</span>
            <${Count} value=${unread_count} of="unread" />
          </li>
        `
      )}
    </ul>
  `
}
