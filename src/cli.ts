/** `npm run switchboard -- …`: the command line. It talks HTTP to a running server; exit codes stand in cli/faults.ts. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Runtime from "effect/Runtime"
import { backfill } from "./cli/backfill/backfill.ts"
import { usageCode } from "./cli/faults.ts"
import { quarantine } from "./cli/quarantine.ts"
import { root } from "./cli/root.ts"
import { waiting } from "./cli/waiting.ts"

/** What is no command is told apart from what failed. */
const teardown: Runtime.Teardown = (exit, onExit) =>
  Runtime.defaultTeardown(exit, (code) => {
    const isUsage = code === 1 && Exit.isFailure(exit) && CliError.isCliError(Cause.squash(exit.cause))
    onExit(isUsage ? usageCode : code)
  })

root.pipe(
  Command.withSubcommands([quarantine, waiting, backfill]),
  Command.run({ version: "0.1.0" }),
  Effect.provide([NodeServices.layer, FetchHttpClient.layer]),
  NodeRuntime.runMain({ teardown })
)
