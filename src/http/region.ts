/**
 * Phone numbers that a caller tells. One without a country code is read as the tenant's own accounts would dial it; where they are
 * of several countries, or of none that is known, it needs its country code.
 */
import * as Effect from "effect/Effect"
import type { TenantOwner } from "../../actors/owner/owner.ts"
import type { IdentifierKind } from "../../machines/events.ts"
import { normaliseIdentifier } from "../identifiers/normalise.ts"
import type { Region } from "../../actors/prepare/phone.ts"
import { own } from "../../machines/own.ts"
import { readPhone, regionNamed, regionOfPhone } from "../../actors/prepare/phone.ts"
import type { View } from "../../actors/views/entities.ts"

type Owner = TenantOwner["Service"]

/** What configurations call the account's own number, and its region. */
const numberNames = ["phone_number", "phone"]
const regionNames = ["region", "country"]

const textsIn = (connection: View, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  [connection["connection_config"], connection["provider_config"]].flatMap((config) =>
    names.flatMap((name) => {
      const value = own((config ?? {}) as Readonly<Record<string, unknown>>, name)
      return typeof value === "string" ? [value] : []
    })
  )

/** The region of one account: as it was set, else of its own number, as it was registered or as payloads show it. */
const regionOfAccount = Effect.fnUntraced(function* (owner: Owner, tenant: string, connection: View) {
  const set = textsIn(connection, regionNames)
    .map(regionNamed)
    .find((region) => region !== null)
  if (set !== undefined) return set
  const told = [...textsIn(connection, numberNames), String(connection["account_name"])]
  const number = told.map((text) => readPhone(text)).find((phone) => phone !== null)
  if (number !== undefined) return regionOfPhone(number)
  const key = yield* owner
    .ownerKey(tenant, connection["channel_id"] as string)
    .pipe(Effect.catchTag("ActorUnknown", () => Effect.succeed(null)))
  return key?.startsWith("phone:") === true ? regionOfPhone(key.slice("phone:".length)) : null
})

const regionOfTenant = Effect.fnUntraced(function* (owner: Owner, tenant: string) {
  const connections = yield* owner.connections(tenant)
  const found = yield* Effect.forEach(connections, (connection) => regionOfAccount(owner, tenant, connection))
  const regions = new Set<Region | null>(found.filter((region) => region !== null))
  return regions.size === 1 ? [...regions][0]! : null
})

/** A number in E.164; null when it is none. The tenant is asked only for one that its country code is missing from. */
export const phoneIn = Effect.fnUntraced(function* (owner: Owner, tenant: string, raw: string) {
  const phone = readPhone(raw)
  if (phone !== null || !/\d/u.test(raw)) return phone
  const region = yield* regionOfTenant(owner, tenant)
  return region === null ? null : readPhone(raw, region)
})

/** An identifier of any kind in its one form; null when it is none. */
export const identifierIn = (owner: Owner, tenant: string, kind: IdentifierKind, raw: string) =>
  kind === "phone" ? phoneIn(owner, tenant, raw) : Effect.succeed(normaliseIdentifier[kind](raw))
