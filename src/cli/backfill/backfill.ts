/** `switchboard backfill …`: brings historical data through POST …/history (CONTRACT §7). */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageWrong } from "../faults.ts"
import { session } from "../root.ts"
import { bring } from "./bring.ts"
import { ndjson } from "./ndjson.ts"
import { isFernetKey } from "./predecessor/fernet.ts"
import { predecessor } from "./predecessor/predecessor.ts"

const flags = {
  resume: Flag.Boolean("resume").pipe(
    Flag.withDescription("Go on where the run before ended, however it ended"),
    Flag.withDefault(false)
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Read, check and count; write nothing"),
    Flag.withDefault(false)
  ),
  state: Flag.String("state").pipe(
    Flag.withDescription("The file that remembers how far it is; beside the source if absent"),
    Flag.optional
  )
}

const fromFile = Command.make(
  "ndjson",
  { file: Argument.String("file").pipe(Argument.withDescription("Events, one JSON object on each line")), ...flags },
  Effect.fnUntraced(function* ({ file, resume, dryRun, state }) {
    const source = yield* ndjson(file)
    yield* bring(source, { resume, dryRun, state: Option.getOrElse(state, () => `${file}.backfill`) })
  })
).pipe(Command.withDescription("A file of our own events (docs/backfill.md)"))

const fromPredecessor = Command.make(
  "predecessor",
  {
    database: Argument.Redacted("database").pipe(
      Argument.withDescription("postgres://… of the predecessor; only read")
    ),
    prefix: Flag.String("prefix").pipe(
      Flag.withDescription("What stands before the names of its tables"),
      Flag.withDefault("communications_")
    ),
    fernetKey: Flag.Redacted("fernet-key").pipe(
      Flag.withDescription(
        "What opens its tokens, several with commas; or SWITCHBOARD_FERNET_KEY, which no list of processes shows"
      ),
      Flag.withFallbackConfig(Config.Redacted("SWITCHBOARD_FERNET_KEY")),
      Flag.optional
    ),
    ...flags
  },
  Effect.fnUntraced(function* ({ database, prefix, fernetKey, resume, dryRun, state }) {
    const url = Redacted.value(database)
    if (!URL.canParse(url))
      return yield* new UsageWrong({
        message: "The database is no address. Give one like postgres://user:password@host/name."
      })
    const { host, pathname } = new URL(url)
    const keys = Option.match(fernetKey, { onNone: () => [], onSome: (given) => Redacted.value(given).split(",") })
    if (!keys.every(isFernetKey))
      return yield* new UsageWrong({ message: "--fernet-key is no Fernet key: 32 bytes in base64url." })
    const { tenant } = yield* session
    const name = `predecessor ${host}${pathname} ${prefix}`
    const source = yield* predecessor({ url: database, prefix, keys, tenant, name })
    yield* bring(source, { resume, dryRun, state: Option.getOrElse(state, () => "predecessor.backfill") })
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "The tables of the system before this one: accounts, people, messages, members, conversations"
  )
)

export const backfill = Command.make("backfill").pipe(
  Command.withDescription("Brings what happened before: no send budget, no announcements"),
  Command.withSubcommands([fromFile, fromPredecessor])
)
