/** `switchboard quarantine …`: payloads that were not understood. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { keptSources } from "../kept/kept-sources.ts"
import { KeptPayload, QuarantinePage, ReplayedOne, ReplayedPage } from "./answers.ts"
import { SomeStay, UsageWrong } from "./faults.ts"
import { payloadCard } from "./kept-payload.ts"
import { more, pageFlags, pageQuery } from "./page-flags.ts"
import { session } from "./root.ts"
import { size, table } from "./table.ts"

const id = Argument.String("id").pipe(Argument.withDescription("Its id, from the list"))

const list = Command.make(
  "list",
  {
    source: Flag.Literals("source", keptSources).pipe(Flag.optional),
    replayed: Flag.Literals("replayed", ["true", "false", "any"]).pipe(
      Flag.withDescription("Which: what was not replayed, if absent"),
      Flag.optional
    ),
    ...pageFlags
  },
  Effect.fnUntraced(function* ({ source, replayed, ...page }) {
    const { ask, show } = yield* session
    const query = { source: Option.getOrUndefined(source), replayed: Option.getOrUndefined(replayed) }
    const answer = yield* ask("GET", "quarantine", QuarantinePage, { ...query, ...pageQuery(page) })
    yield* show(answer, () =>
      answer.items.length === 0
        ? "Nothing is in quarantine."
        : table(
            ["ID", "RECEIVED", "SOURCE", "SIZE", "REPLAYED", "REASON"],
            answer.items.map((item) => [
              item.id,
              item.received_at,
              item.source,
              size(item.size_bytes),
              item.replayed_at,
              item.reason
            ])
          ) + more(answer)
    )
  })
).pipe(Command.withDescription("What could not be understood, the newest first"))

const show = Command.make(
  "show",
  { id },
  Effect.fnUntraced(function* ({ id }) {
    const { ask, show } = yield* session
    const answer = yield* ask("GET", `quarantine/${encodeURIComponent(id)}`, KeptPayload)
    yield* show(answer, () => payloadCard(answer))
  })
).pipe(Command.withDescription("One payload: its bytes, and whether it could be read now"))

const replayOne = Effect.fnUntraced(function* (id: string) {
  const { ask, show } = yield* session
  const answer = yield* ask("POST", `quarantine/${encodeURIComponent(id)}/replay`, ReplayedOne)
  yield* show(answer, () => says[answer.outcome])
})
const says = {
  applied: "Applied.",
  duplicate: "It was applied before; nothing changed.",
  waiting: "Its account is not registered: it waits for that now. switchboard waiting list"
}

/** Page after page: the server takes on a bounded number at a time. */
const replayAll = Effect.gen(function* () {
  const { ask, show } = yield* session
  const sum = { applied: 0, duplicate: 0, waiting: 0, unreadable: 0, remaining: 0 }
  let cursor: string | undefined
  do {
    const answer: typeof ReplayedPage.Type = yield* ask("POST", "quarantine/replay", ReplayedPage, { cursor })
    for (const name of ["applied", "duplicate", "waiting", "unreadable"] as const) sum[name] += answer[name]
    sum.remaining = answer.remaining
    cursor = answer.next_cursor ?? undefined
  } while (cursor !== undefined)
  yield* show(sum, () =>
    table(
      Object.keys(sum).map((name) => name.toUpperCase()),
      [Object.values(sum)]
    )
  )
  if (sum.unreadable > 0) return yield* new SomeStay({ count: sum.unreadable })
})

const replay = Command.make(
  "replay",
  {
    id: Argument.optional(id),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Everything that was not replayed, the oldest first"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ id, all }) {
    if (all === Option.isSome(id)) {
      return yield* new UsageWrong({ message: "Say one thing: switchboard quarantine replay <id>, or replay --all." })
    }
    yield* Option.match(id, { onSome: replayOne, onNone: () => replayAll })
  })
).pipe(Command.withDescription("Tries again, on the way on which it came"))

const remove = Command.make(
  "delete",
  { id },
  Effect.fnUntraced(function* ({ id }) {
    const { ask, show } = yield* session
    const answer = yield* ask("DELETE", `quarantine/${encodeURIComponent(id)}`, Schema.Unknown)
    yield* show(answer, () => "Deleted. The audit trail says by whom.")
  })
).pipe(Command.withDescription("Deletes one for good"))

export const quarantine = Command.make("quarantine").pipe(
  Command.withDescription("Payloads that were authentic and could not be understood"),
  Command.withSubcommands([list, show, replay, remove])
)
