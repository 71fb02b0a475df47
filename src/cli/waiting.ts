/** `switchboard waiting …`: payloads of accounts that are not registered yet. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { KeptPayload, ReplayedAccount, WaitingPage } from "./answers.ts"
import { payloadCard } from "./kept-payload.ts"
import { more, pageFlags, pageQuery } from "./page-flags.ts"
import { session } from "./root.ts"
import { size, table } from "./table.ts"

const id = Argument.String("id").pipe(Argument.withDescription("Its id, from the list"))

const list = Command.make(
  "list",
  { account: Flag.String("account").pipe(Flag.withDescription("Only of this account"), Flag.optional), ...pageFlags },
  Effect.fnUntraced(function* ({ account, ...page }) {
    const { ask, show } = yield* session
    const answer = yield* ask("GET", "waiting", WaitingPage, {
      account_id: Option.getOrUndefined(account),
      ...pageQuery(page)
    })
    yield* show(answer, () => {
      if (answer.items.length === 0) return "Nothing waits."
      const accounts = answer.accounts.map((one) => [one.account_id, one.payloads, one.oldest_received_at])
      const items = answer.items.map((item) => [
        item.id,
        item.account_id,
        item.received_at,
        item.source,
        size(item.size_bytes)
      ])
      return `${table(["ACCOUNT", "PAYLOADS", "OLDEST"], accounts)}\n\n${table(["ID", "ACCOUNT", "RECEIVED", "SOURCE", "SIZE"], items)}${more(answer)}`
    })
  })
).pipe(Command.withDescription("What waits, by account, the newest first"))

const show = Command.make(
  "show",
  { id },
  Effect.fnUntraced(function* ({ id }) {
    const { ask, show } = yield* session
    const answer = yield* ask("GET", `waiting/${encodeURIComponent(id)}`, KeptPayload)
    yield* show(answer, () => payloadCard(answer))
  })
).pipe(Command.withDescription("One payload with its bytes"))

const replay = Command.make(
  "replay",
  { account: Argument.String("account").pipe(Argument.withDescription("The provider's account id")) },
  Effect.fnUntraced(function* ({ account }) {
    const { ask, show } = yield* session
    const answer = yield* ask("POST", `waiting/${encodeURIComponent(account)}/replay`, ReplayedAccount)
    yield* show(answer, () =>
      table(
        Object.keys(answer).map((name) => name.toUpperCase()),
        [Object.values(answer)]
      )
    )
  })
).pipe(Command.withDescription("Applies what waits for an account that is registered by now"))

const remove = Command.make(
  "delete",
  { id },
  Effect.fnUntraced(function* ({ id }) {
    const { ask, show } = yield* session
    const answer = yield* ask("DELETE", `waiting/${encodeURIComponent(id)}`, Schema.Unknown)
    yield* show(answer, () => "Deleted. The audit trail says by whom.")
  })
).pipe(Command.withDescription("Deletes one for good"))

export const waiting = Command.make("waiting").pipe(
  Command.withDescription("Payloads of accounts that nobody has registered yet"),
  Command.withSubcommands([list, show, replay, remove])
)
