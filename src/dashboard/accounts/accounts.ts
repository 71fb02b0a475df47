/** The connected accounts: whether they work, and what they may still send. */
import { useMemo } from "preact/hooks"
import type { Connection } from "../../client/index.ts"
import { html } from "../html.ts"
import { useFetched, useLive, useNow, useStore } from "../live.ts"
import { Gauge } from "../parts/gauge.ts"
import { Icon } from "../parts/icon.ts"
import { StateMark } from "../parts/marks.ts"
import { Fault, Nothing, Page } from "../parts/page.ts"
import { hrefOf } from "../route.ts"
import { ago, number, plural } from "../wording.ts"

const advice: Readonly<Record<string, string>> = {
  checkpoint: "The network wants to be sure that it is you: solve its checkpoint.",
  reconnect: "Connect the account again.",
  complete_auth: "Finish signing in."
}
const setBy: Readonly<Record<string, string>> = {
  provider: "the network's limit",
  tenant: "the tenant's preference",
  connection: "the account's own limit"
}

type Limits = Connection & {
  readonly effective_limits: Readonly<
    Record<"hour" | "day", { readonly limit: number | null; readonly binds: string | null }>
  >
}

export const Accounts = () => {
  const { ops } = useLive()
  const { state } = useStore(ops)
  // The list changes when an account comes or goes; what an account says changes with its topic.
  const { value, error } = useFetched<{ readonly items: ReadonlyArray<Limits> }>("/connections", [
    state?.connections.total
  ])
  return html`
    <${Page}
      title="Accounts"
      lead=${value === null ? "" : `${plural(value.items.length, "account")}, each with its health and its send budget.`}
    >
      <${Fault} text=${error} />
      ${value?.items.length === 0 ? html`<${Nothing}>No account is registered. <code>PUT /v1/tenants/…/connections/{account_id}</code> registers one.<//>` : null}
      <div class="cards">${value?.items.map((first) => html`<${Account} key=${first.id} first=${first} />`)}</div>
    <//>
  `
}

const Account = ({ first }: { readonly first: Limits }) => {
  const { client } = useLive()
  const now = useNow(10_000)
  const { state } = useStore(useMemo(() => client.connection(first.id), [client, first.id]))
  const account = { ...first, ...(state as Limits | null) }
  const { hour, day } = account.effective_limits
  const action = account.needs_action ?? null
  return html`
    <article class="card account" aria-labelledby=${`account-${account.id}`}>
      <header>
        <span class="channel-mark ${account.channel_type}"><${Icon} name=${account.channel_type} /></span>
        <div>
          <h2 id=${`account-${account.id}`}>${account.account_name || account.account_id}</h2>
          <p class="muted">${account.channel_type}</p>
        </div>
        <${StateMark} state=${account.account_status} />
      </header>
      ${action === null ? null : html`<p class="notice warn"><${Icon} name="quarantine" size=${15} /> ${advice[action] ?? action}</p>`}
      <${Gauge}
        label="Sent in the last hour"
        used=${account.messages_sent_this_hour}
        limit=${hour.limit}
        note=${hour.binds === null ? "" : setBy[hour.binds]}
      />
      <${Gauge}
        label="Sent today (UTC)"
        used=${account.messages_sent_today}
        limit=${day.limit}
        note=${day.binds === null ? "" : setBy[day.binds]}
      />
      <dl class="facts">
        <div>
          <dt>Credentials</dt>
          <dd>${account.auth_status}</dd>
        </div>
        <div>
          <dt>May send</dt>
          <dd>${account.can_send ? "yes" : "no"}</dd>
        </div>
        <div>
          <dt>Sent ever</dt>
          <dd>${number(account.messages_sent_count)}</dd>
        </div>
        <div>
          <dt>Last sync</dt>
          <dd>${ago(account.last_sync_at, now)}</dd>
        </div>
        ${
          account.last_error
            ? html`<div class="wide">
                <dt>Last error</dt>
                <dd>${account.last_error}</dd>
              </div>`
            : null
        }
      </dl>
      <a class="more" href=${hrefOf("actor", "connection", account.id)}>Statechart</a>
    </article>
  `
}
