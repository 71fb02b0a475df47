/** The root command: the flags that every command has, and what they mean. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { ask } from "./ask.ts"
import { targetFlags, targetOf } from "./target.ts"

export const root = Command.make("switchboard").pipe(
  Command.withSharedFlags({
    ...targetFlags,
    json: Flag.Boolean("json").pipe(Flag.withDescription("For programs: the server's JSON"), Flag.withDefault(false))
  }),
  Command.withDescription("Talks to a running Switchboard. Without flags: to the demo tenant of this checkout.")
)

/** What a command has to work with. */
export const session = Effect.gen(function* () {
  const { json, ...flags } = yield* root
  const target = yield* targetOf(flags)
  return {
    ask: <A>(
      method: "GET" | "POST" | "PUT" | "DELETE",
      path: string,
      answer: Schema.Codec<A>,
      query?: Readonly<Record<string, string | number | undefined>>,
      body?: object
    ) => ask(target, method, path, answer, query, body),
    /** Where it goes, without the key. */
    place: `${target.url} ${target.tenant}`,
    tenant: target.tenant,
    /** The answer, as it is or for people. */
    show: (answer: unknown, text: () => string) => Console.log(json ? JSON.stringify(answer) : text())
  }
})
