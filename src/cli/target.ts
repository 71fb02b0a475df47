/** Which server, which tenant, with which key: from flags, then the environment, then the demo tenant of this checkout. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { keptDemo } from "../demo-tenant.ts"
import { ownUrl } from "../own-url.ts"
import { KeyMissing, UsageWrong } from "./faults.ts"

const given = (name: string, variable: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}; or ${variable}`),
    Flag.withFallbackConfig(Config.String(variable)),
    Flag.optional
  )

export const targetFlags = {
  url: given("url", "SWITCHBOARD_URL", "Where the server is"),
  tenant: given("tenant", "SWITCHBOARD_TENANT", "The tenant; the key's own if absent"),
  key: Flag.Redacted("key").pipe(
    Flag.withDescription("A key of the tenant; or SWITCHBOARD_KEY, which no list of processes shows"),
    Flag.withFallbackConfig(Config.Redacted("SWITCHBOARD_KEY")),
    Flag.optional
  )
}

export interface Target {
  readonly url: string
  readonly tenant: string
  readonly key: Redacted.Redacted
}

/** A tenant's key says whose it is: sb_<tenant>_…  */
const tenantOf = (key: string): string | undefined => /^sb_([a-z0-9-]+)_/.exec(key)?.[1]

export const targetOf = Effect.fnUntraced(function* (flags: {
  readonly url: Option.Option<string>
  readonly tenant: Option.Option<string>
  readonly key: Option.Option<Redacted.Redacted>
}) {
  const url = Option.getOrElse(flags.url, () => ownUrl(process.env)).replace(/\/+$/, "")
  if (!URL.canParse(url))
    return yield* new UsageWrong({ message: `"${url}" is no address. Give one like http://127.0.0.1:4000.` })
  if (Option.isSome(flags.key)) {
    const key = flags.key.value
    const tenant = Option.getOrElse(flags.tenant, () => tenantOf(Redacted.value(key)))
    if (tenant === undefined)
      return yield* new UsageWrong({
        message: "Which tenant? The key does not say: give --tenant or SWITCHBOARD_TENANT."
      })
    return { url, tenant, key } satisfies Target
  }
  const dataDir = process.env["SWITCHBOARD_DATA_DIR"] ?? "./data"
  const demo = Option.exists(flags.tenant, (tenant) => tenant !== "demo") ? Option.none() : keptDemo(dataDir)
  if (Option.isNone(demo)) return yield* new KeyMissing({ dataDir })
  return { url, tenant: "demo", key: Redacted.make(demo.value.api_key) } satisfies Target
})
