/**
 * How a command ends when it does not end well: what it says, and its exit code. The one table:
 *
 *   0  done
 *   1  the server refused it, or something stays as it was (a payload that is still not understood)
 *   2  the command is not one, or says too little
 *   3  no server answers
 *   4  the key is missing or wrong
 */
import * as CliError from "effect/cli/CliError"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

export const usageCode = 2

/** The command says too little, or too much. */
export class UsageWrong extends Schema.TaggedError<UsageWrong>()("UsageWrong", { message: Schema.String }) {
  override readonly [Runtime.errorExitCode] = usageCode
  override get [CliError.userMessage]() {
    return this.message
  }
}

/** Nobody listens there. */
export class ServerSilent extends Schema.TaggedError<ServerSilent>()("ServerSilent", { url: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 3
  override get [CliError.userMessage]() {
    return `No Switchboard answers at ${this.url}. Start it with npm start, or say where it is: --url or SWITCHBOARD_URL.`
  }
}

/** No key is known. */
export class KeyMissing extends Schema.TaggedError<KeyMissing>()("KeyMissing", { dataDir: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 4
  override get [CliError.userMessage]() {
    return `Which key? Set SWITCHBOARD_KEY, or give --key. Only the demo tenant's is known by itself, from ${this.dataDir}/demo.json, once a first start on 127.0.0.1 has made it.`
  }
}

/** 401 or 403. */
export class KeyRefused extends Schema.TaggedError<KeyRefused>()("KeyRefused", {
  tenant: Schema.String,
  detail: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 4
  override get [CliError.userMessage]() {
    return `The key does not open tenant "${this.tenant}": ${this.detail} Give that tenant's key with SWITCHBOARD_KEY or --key.`
  }
}

/** Any other refusal, in the server's words. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Int,
  code: Schema.String,
  detail: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 1
  override get [CliError.userMessage]() {
    return `${this.detail} (${this.status} ${this.code})`
  }
}

/** A source ends where it cannot be read; what stands before that place was brought. */
export class SourceUnreadable extends Schema.TaggedError<SourceUnreadable>()("SourceUnreadable", {
  place: Schema.String,
  reason: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 1
  override get [CliError.userMessage]() {
    return `${this.place}: ${this.reason}. Everything before it was brought. Mend it and go on with --resume.`
  }
}

/** Everything was brought but what the server refused. */
export class SomeRefused extends Schema.TaggedError<SomeRefused>()("SomeRefused", { count: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = 1
  override get [CliError.userMessage]() {
    return `${this.count} were refused: the summary says which and why. Mend them and bring them again; what was brought stays as it is.`
  }
}

/** Everything was tried and something stays in quarantine. */
export class SomeStay extends Schema.TaggedError<SomeStay>()("SomeStay", { count: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = 1
  override get [CliError.userMessage]() {
    return `${this.count} still cannot be read or applied and stay in quarantine: switchboard quarantine show <id> says why.`
  }
}
