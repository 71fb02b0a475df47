/** One conversation, open: who is in it, what was said, what happened to it. */
import { useEffect, useMemo, useState } from "preact/hooks"
import type { Conversation } from "../../client/index.ts"
import { html } from "../html.ts"
import type { ValueChanged } from "../html.ts"
import { useLive, useStore } from "../live.ts"
import { Icon } from "../parts/icon.ts"
import { Avatar, Count } from "../parts/marks.ts"
import { hrefOf } from "../route.ts"
import { plural, words } from "../wording.ts"
import { Composer } from "./composer.ts"
import { Members } from "./members.ts"
import { Messages } from "./messages.ts"
import type { Channels } from "./naming.ts"
import { channelOf, titleOf, typing } from "./naming.ts"
import { StatePanel } from "./state.ts"
import { Timeline } from "./timeline.ts"

interface Props {
  readonly id: string
  readonly channels: Channels
}

const tabs = { messages: "Messages", people: "People", timeline: "Timeline", state: "State" } as const
type Tab = keyof typeof tabs

const priorities = ["low", "normal", "high", "urgent"] as const

export const ConversationPane = ({ id, channels }: Props) => {
  const { client } = useLive()
  const store = useMemo(() => client.conversation(id), [client, id])
  const { state, status, typists, viewers, error } = useStore(store)
  const [tab, setTab] = useState<Tab>("messages")

  useEffect(() => {
    store.viewing(true)
    return () => {
      store.viewing(false)
      store.typing(false)
    }
  }, [store])

  if (state === null) return html`<p class="nothing">${error === null ? "Opening…" : error.message}</p>`
  const people = state.members
    .filter(({ role, is_active }) => role !== "owner" && is_active)
    .flatMap(({ name }) => name ?? [])
  const channel = channelOf(channels, state.connection_id)
  const title = titleOf({ ...state, people: people.slice(0, 3) })
  return html`
    <article class="conversation" aria-labelledby="conversation-title">
      <header class="conversation-head">
        <a class="back" href=${hrefOf("inbox")} aria-label="Back to the list"><${Icon} name="back" /></a>
        <${Avatar} name=${title} channel=${channel} />
        <div class="conversation-title">
          <h1 id="conversation-title">${title} <${Count} value=${state.unread_count} of="unread" /></h1>
          <p class="muted">
            ${[channel, words(state.conversation_type), plural(state.participant_count, "member"), state.status === "active" ? "" : state.status].filter(Boolean).join(" · ")}
            ${state.is_hot ? html` <span class="tag hot"><${Icon} name="flame" size=${13} />hot</span>` : null}
          </p>
        </div>
        <${Viewers} viewers=${viewers} />
        <${Tools} state=${state} store=${store} isLive=${status === "live"} />
      </header>
      <div class="tabs" role="tablist" aria-label="Parts of the conversation" onKeyDown=${walkTabs}>
        ${Object.entries(tabs).map(
          ([name, label]) => html`
            <button
              key=${name}
              role="tab"
              id=${`tab-${name}`}
              aria-controls="tab-panel"
              aria-selected=${tab === name}
              tabindex=${tab === name ? 0 : -1}
              onClick=${() => setTab(name as Tab)}
            >
              ${label}
            </button>
          `
        )}
      </div>
      <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="0">
        ${tab === "messages" ? html`<${Messages} conversation=${state} isLive=${status === "live"} />` : null}
        ${tab === "people" ? html`<${Members} conversation=${state} />` : null}
        ${tab === "timeline" ? html`<${Timeline} conversation=${state} />` : null}
        ${tab === "state" ? html`<${StatePanel} conversation=${state} />` : null}
      </div>
      <p class="typing-line" aria-live="polite">${typing(typists.map(({ name }) => name))}</p>
      <${Composer} store=${store} />
    </article>
  `
}

const Viewers = ({ viewers }: { readonly viewers: ReadonlyArray<{ readonly id: string; readonly name: string }> }) => {
  const names = viewers.map(({ name }) => name).join(", ")
  return viewers.length === 0
    ? null
    : html`<span class="viewers" title=${`${names} looking`}
        ><${Icon}
          name="eye"
          size=${15}
        />${viewers.slice(0, 3).map(({ id, name }) => html`<${Avatar} key=${id} name=${name} />`)}<span class="unseen"
          >${names} looking</span
        ></span
      >`
}

interface ToolsProps {
  readonly state: Conversation
  readonly store: ReturnType<ReturnType<typeof useLive>["client"]["conversation"]>
  readonly isLive: boolean
}

const Tools = ({ state, store, isLive }: ToolsProps) => {
  const { api, say } = useLive()
  const prioritise = (priority: string) =>
    api.ask("PUT", `/conversations/${state.id}/priority`, { priority }).catch((error: Error) => say(error.message))
  return html`
    <div class="tools">
      <label class="unseen" for="priority">Priority</label>
      <select
        id="priority"
        value=${state.priority}
        disabled=${!isLive}
        onChange=${(event: ValueChanged) => prioritise(event.target.value)}
      >
        ${priorities.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
      </select>
      ${
        state.unread_count > 0
          ? html`<button disabled=${!isLive} onClick=${() => store.read()}>Mark read</button>`
          : html`<button disabled=${!isLive} onClick=${() => store.unread()}>Mark unread</button>`
      }
    </div>
  `
}

/** Arrow keys go from tab to tab. */
const walkTabs = (event: KeyboardEvent) => {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
  if (step === 0) return
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll("button")]
  const next = all[(all.indexOf(document.activeElement as HTMLButtonElement) + step + all.length) % all.length]!
  next.focus()
  next.click()
}
