/** Fixtures, the people in them, and how a test asks for an event or a fault. */
import { readdirSync, readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { expect } from "vitest"
import type { MessageReceived, Person, ProviderEvent } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"

const folder = new URL("../fixtures/unipile/", import.meta.url)

/** The instant at which every test accepts its bodies. */
export const received = Date.UTC(2026, 8, 1)

export type Json = Record<string, any>

export const rawFixture = (name: string): Uint8Array => readFileSync(new URL(`${name}.json`, folder))
export const fixture = (name: string): Json => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"))
/** All fixtures but those whose `_` says that they are no bodies. */
export const names = [
  ...readdirSync(folder),
  ...readdirSync(new URL("v2/", folder)).map((name) => `v2/${name}`)
].flatMap((name) => (name.endsWith(".json") && !name.startsWith("_") ? [name.slice(0, -5)] : []))

/** The one event of a body that must be understood. */
export const understood = <T extends ProviderEvent["type"]>(
  body: unknown,
  type: T
): Extract<ProviderEvent, { type: T }> => {
  const events = Result.getOrThrow(translate(body, { received }))
  expect(events.map((event) => event.type)).toEqual([type])
  return events[0] as Extract<ProviderEvent, { type: T }>
}

/** The fault of a body that must be refused. */
export const refused = (body: unknown, source?: "webhook" | "hosted_auth") => {
  const result = translate(body, source === undefined ? { received } : { received, source })
  expect(Result.isFailure(result)).toBe(true)
  const { _tag, field, rule } = Result.getOrThrow(Result.flip(result))
  return { _tag, field, rule }
}

/** The event of a `message_received` fixture with some fields changed. */
export const messageIn = (name: string, changes: Json = {}): MessageReceived =>
  understood({ ...fixture(`message_received.${name}`), ...changes }, "message_received")

const person = (
  key: string,
  provider_participant_id: string | null,
  name: string | null,
  identifiers: Json
): Person => ({
  key,
  provider_participant_id,
  name,
  avatar_url: null,
  identifiers
})
const onWhatsapp = (digits: string, name: string) =>
  person(`phone:+${digits}`, `${digits}@s.whatsapp.net`, name, { phone: `+${digits}` })
const onLinkedin = (id: string, name: string, member: number) =>
  person(`linkedin:${id}`, id, name, { linkedin_member_urn: `urn:li:member:${member}` })

export const ben = onWhatsapp("447700900123", "Ben Okafor")
export const carl = onWhatsapp("4520000333", "Carl Jensen")
export const ana = {
  ...person("phone:+34600000222", "183002000444555@lid", "Ana Ruiz", { phone: "+34600000222" }),
  also: ["whatsapp:183002000444555@lid"]
}
export const dana = onLinkedin("ACoAALJ4KJYXcdAZYmjck8AJ4EVBuDxM3JjA6FQ", "Dana Whitfield", 900000010)
export const martaOnLinkedin = onLinkedin("ACoAAzQs3rTx00Vu77VM62hwSI0OIHyxlzsabNg", "Marta Lopes", 900000001)
export const hexa = person("linkedin:90000777", "90000777", "Hexa Cloud", {})
export const noor = person("instagram:17840000000000123", "17840000000000123", "Noor Haddad", {
  instagram_username: "noor.makes"
})
export const yuri = person("telegram:610000001", "610000001", "Yuri Petrenko", { telegram_id: "610000001" })
export const marta = onWhatsapp("351960000111", "Marta Lopes")
/** The owner where a payload shows no more of it than account_info. */
export const martaUnseen = person("phone:+351960000111", null, null, { phone: "+351960000111" })
export const martaUnseenOnLinkedin = person(martaOnLinkedin.key, martaOnLinkedin.provider_participant_id, null, {})
