/** The frame around the views: where one can go, whether the line is open, and what was said last. */
import { useEffect, useMemo, useState } from "preact/hooks"
import { connect } from "../client/index.ts"
import { Accounts } from "./accounts/accounts.ts"
import { Actor } from "./actor/actor.ts"
import { Api } from "./api.ts"
import { FieldsView } from "./fields/fields.ts"
import { html } from "./html.ts"
import { Inbox } from "./inbox/inbox.ts"
import type { Live } from "./live.ts"
import { LiveContext, useLive, useStore } from "./live.ts"
import { Icon, Logo } from "./parts/icon.ts"
import { Count } from "./parts/marks.ts"
import { Away, LineStatus, Pulse } from "./pulse.ts"
import { Quarantine } from "./quarantine/quarantine.ts"
import type { Route } from "./route.ts"
import { hrefOf, useRoute } from "./route.ts"
import { LastTold } from "./last-told.ts"
import { History } from "./runtime/history.ts"
import { Runtime } from "./runtime/runtime.ts"
import { Schedule } from "./schedule/schedule.ts"
import type { Session } from "./session.ts"
import { useTheme } from "./theme.ts"

const views = {
  inbox: { title: "Inbox", view: Inbox },
  accounts: { title: "Accounts", view: Accounts },
  runtime: { title: "Runtime", view: Runtime },
  actor: { title: "Actors", view: Actor },
  schedule: { title: "Schedule", view: Schedule },
  fields: { title: "Fields", view: FieldsView },
  quarantine: { title: "Quarantine", view: Quarantine }
} as const
type Place = keyof typeof views
const placeOf = ({ view }: Route): Place => (Object.hasOwn(views, view) ? (view as Place) : "inbox")

/** What was said stays for so long, in milliseconds. */
const saidFor = 6_000

interface Props {
  readonly session: Session
  readonly leave: (reason: string) => void
}

export const Shell = ({ session, leave }: Props) => {
  const [said, setSaid] = useState("")
  const live = useMemo<Live>(() => {
    const api = new Api(session)
    const client = connect(document.baseURI, api.feedToken, { onError: ({ message }) => setSaid(message) })
    const ops = client.ops()
    return {
      api,
      client,
      ops,
      history: new History(ops),
      lastTold: new LastTold(),
      say: setSaid,
      leave: () => leave("")
    }
  }, [session])
  const status = useStore(live.client.status)

  useEffect(
    () => () => {
      live.history.stop()
      live.client.close()
    },
    [live]
  )
  useEffect(() => {
    if (status.status === "closed") leave("The key of this tab opens nothing any more. Sign in again.")
  }, [status])
  useEffect(() => {
    if (said === "") return
    const timer = setTimeout(() => setSaid(""), saidFor)
    return () => clearTimeout(timer)
  }, [said])

  return html`
    <${LiveContext.Provider} value=${live}>
      <${Frame} />
      <div class="said" role="status">${said}</div>
    <//>
  `
}

const Frame = () => {
  const route = useRoute()
  const place = placeOf(route)
  const { view, title } = views[place]
  const [theme, nextTheme] = useTheme()
  const { api, leave } = useLive()

  useEffect(() => {
    // A new view begins at its top, for the eye and for the keyboard.
    document.querySelector("main")!.scrollTop = 0
  }, [place])

  return html`
    <a class="skip" href="#main" onClick=${toMain}>Skip to the content</a>
    <div class="frame">
      <header class="top">
        <a class="brand" href=${hrefOf("inbox")}><${Logo} /><span>Switchboard</span></a>
        <span class="tenant" title="The tenant">${api.session.tenant}</span>
        <${Pulse} />
        <${LineStatus} />
        <button class="quiet" onClick=${nextTheme} title=${`Theme: ${theme}`} aria-label=${`Theme: ${theme}`}>
          <${Icon} name="theme" />
        </button>
        <button class="quiet" onClick=${leave} title=${`Sign out ${api.session.user.name}`} aria-label="Sign out">
          <${Icon} name="leave" />
        </button>
      </header>
      <nav aria-label="Views">
        <ul>
          ${Object.entries(views).map(
            ([name, { title }]) => html`
              <li key=${name}>
                <a href=${hrefOf(name)} aria-current=${name === place ? "page" : undefined}>
                  <${Icon} name=${name} /><span>${title}</span><${NavCount} place=${name} />
                </a>
              </li>
            `
          )}
        </ul>
        <p class="elsewhere"><a href="./docs">API</a> <a href="./metrics">Metrics</a></p>
      </nav>
      <${Away} />
      <main id="main" tabindex="-1" aria-label=${title}>
        <${view} rest=${route.rest} />
      </main>
    </div>
  `
}

/** The address has a route behind its `#`, so the link cannot point by itself. */
const toMain = (event: Event) => {
  event.preventDefault()
  document.querySelector<HTMLElement>("main")!.focus()
}

const NavCount = ({ place }: { readonly place: Place }) => {
  const { client, ops } = useLive()
  const inbox = useStore(useMemo(() => client.inbox(), [client]))
  const figures = useStore(ops)
  const unread = inbox.state?.totals.unread_count ?? 0
  useEffect(() => {
    if (place === "inbox") document.title = unread === 0 ? "Switchboard" : `(${unread}) Switchboard`
  }, [place, unread])
  if (place === "inbox") return html`<${Count} value=${unread} of="unread" />`
  if (place !== "accounts") return null
  const waiting = Object.values(figures.state?.connections.needs_action ?? {}).reduce((sum, count) => sum + count, 0)
  return html`<${Count} value=${waiting} of="need you" />`
}
