/** One conversation in the list. */
import type { Ops, Summary } from "../../client/index.ts"
import { html } from "../html.ts"
import { useNow } from "../live.ts"
import { Icon } from "../parts/icon.ts"
import { Avatar, Count } from "../parts/marks.ts"
import { hrefOf } from "../route.ts"
import { fullTime, plural, shortTime } from "../wording.ts"
import type { Channels } from "./naming.ts"
import { channelOf, titleOf, typeName, typing } from "./naming.ts"

interface Props {
  readonly id: string
  readonly summary: Summary
  readonly channels: Channels
  /** Who types and looks; undefined: nobody. */
  readonly present: Ops["present"][string] | undefined
  readonly isSelected: boolean
}

export const Row = ({ id, summary, channels, present, isSelected }: Props) => {
  const now = useNow(30_000)
  const title = titleOf(summary)
  const channel = channelOf(channels, summary.connection_id)
  const typists = typing(present?.typists ?? [])
  const viewers = present?.viewers ?? []
  const { unread_count, is_hot, priority } = summary
  return html`
    <li>
      <a
        class=${`row ${unread_count > 0 ? "unread" : ""}`}
        href=${hrefOf("inbox", id)}
        aria-current=${isSelected ? "true" : undefined}
      >
        <${Avatar} name=${title} channel=${channel} />
        <span class="row-main">
          <span class="row-top">
            <span class="row-title">${title}</span>
            <time datetime=${summary.last_message_at ?? ""} title=${fullTime(summary.last_message_at)}
              >${shortTime(summary.last_message_at, now)}</time
            >
          </span>
          <span class="row-bottom">
            ${
              typists === ""
                ? html`<span class="row-note">${typeName(summary.conversation_type)} · ${plural(summary.message_count, "message")}${channel === undefined ? "" : html`<span class="unseen"> on ${channel}</span>`}</span>`
                : html`<span class="row-note typing">${typists}</span>`
            }
            ${viewers.length === 0 ? null : html`<span class="tag" title=${`${viewers.join(", ")} looking`}><${Icon} name="eye" size=${13} />${viewers.length}<span class="unseen"> looking</span></span>`}
            ${is_hot ? html`<span class="tag hot" title="Ten messages or more within a day"><${Icon} name="flame" size=${13} />hot</span>` : null}
            ${priority === "high" || priority === "urgent" ? html`<span class="tag warn">${priority}</span>` : null}
            ${priority === "low" ? html`<span class="tag">low</span>` : null}
            <${Count} value=${unread_count} of="unread" />
          </span>
        </span>
      </a>
    </li>
  `
}
