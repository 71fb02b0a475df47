/**
 * An odd optional part never costs the message (CONTRACT, preamble): whatever stands in the place of an optional member, the core
 * is applied as it is. Pairs are a sample; repeat one with SEED=…
 */
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { Json } from "./unipile-bodies.ts"
import { fixture, names, received } from "./unipile-bodies.ts"

const seed = Number(process.env["SEED"] ?? 20261126)
/** Pairs that are tried of each payload. */
const pairs = 100

type Path = ReadonlyArray<string>

/** What makes a payload what it is: members that may not be odd. */
const coreOf = (name: string): ReadonlyArray<string> => {
  if (name.startsWith("message_")) return ["event", "account_id", "chat_id", "message_id"]
  if (name.startsWith("mail_opened") || name.startsWith("mail_link")) return ["event", "account_id", "email_id"]
  if (name.startsWith("mail_")) return ["event", "account_id", "email_id", "thread_id"]
  if (name.startsWith("calendar_")) return ["event", "account_id", "id"]
  if (name.startsWith("new_relation")) return ["event", "account_id", "user_provider_id"]
  if (name.startsWith("account_status")) return ["AccountStatus", "AccountStatus.account_id", "AccountStatus.message"]
  if (name.startsWith("hosted_auth"))
    return name.endsWith("creation_fail") ? ["status", "name"] : ["status", "account_id"]
  const envelope = ["type", "account_id", "payload"]
  if (name.startsWith("v2/relation")) return [...envelope, "payload.user", "payload.user.id"]
  if (name.startsWith("v2/account")) return envelope
  return [...envelope, "payload.id", "payload.message_id", "payload.chat_id"]
}

/** Every optional member, inner ones too, by its path. */
const optionalIn = (value: unknown, core: ReadonlyArray<string>, path: Path = []): ReadonlyArray<Path> =>
  typeof value !== "object" || value === null
    ? []
    : Object.keys(value).flatMap((key) => {
        const here = [...path, key]
        const inner = optionalIn((value as Json)[key], core, here)
        return core.includes(here.join(".")) ? inner : [here, ...inner]
      })

const at = (body: Json, path: Path): unknown => path.reduce<any>((value, key) => value?.[key], body)

/** The body with something else in that place; the same body where an outer part has been replaced already. */
const replaced = (body: Json, path: Path, odd: unknown): Json => {
  const copy = structuredClone(body)
  const holder = at(copy, path.slice(0, -1))
  if (typeof holder === "object" && holder !== null && Object.hasOwn(holder, path.at(-1)!))
    (holder as Json)[path.at(-1)!] = structuredClone(odd)
  return copy
}

const oddities = (value: unknown): ReadonlyArray<unknown> => [null, "", "0", 0, {}, [], [value], { value }]

/** What may not depend on an odd part (an update of v2 says further things by its flags): whose it is, where, which message, and what it says unless the text itself is odd. */
const coreIn = (body: Json, isTextOdd: boolean): unknown => {
  const read = translate(body, { received })
  if (Result.isSuccess(read)) return shownIn(read.success[0] as Json, isTextOdd)
  // Nothing but the registered type of the account is needed then.
  const { account_id, field } = read.failure
  expect([field, account_id === null]).toEqual(["account_type", false])
  const typed = Result.getOrThrow(translate(body, { received, channel_type: "whatsapp" }))
  return shownIn(typed[0] as Json, isTextOdd)
}

const shownIn = (event: Json, isTextOdd: boolean) => {
  const { account_id, external_thread_id, where, status, person } = event
  const fact: Json = event["fact"] ?? event
  const message: Json = fact["message"] ?? fact
  return {
    account_id,
    status,
    person: person?.key,
    thread: external_thread_id,
    names: where && (where.thread_id ?? [where.roots.length > 0 && event["fact"].type, message["external_message_id"]]),
    message: message["external_message_id"],
    text: isTextOdd ? null : (message["content"] ?? null)
  }
}

const texts = /^(message|body|body_plain|payload\.text)(\.|$)/
const isText = (path: Path) => texts.test(path.join("."))

/** mulberry32: small, seeded, good enough to choose by. */
const chance = (state: number) => () => {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

console.log(`pairs of odd parts: seed ${seed}`)

describe.each(names)("%s", (name) => {
  const body = fixture(name)
  const paths = optionalIn(body, coreOf(name))

  test("with one odd part", () => {
    for (const path of paths) {
      for (const odd of oddities(at(body, path))) {
        const where = `${path.join(".")} as ${JSON.stringify(odd)}`
        expect(coreIn(replaced(body, path, odd), isText(path)), where).toEqual(coreIn(body, isText(path)))
      }
    }
  })

  test("with two odd parts", () => {
    const next = chance(seed)
    const pick = <A>(all: ReadonlyArray<A>): A => all[Math.floor(next() * all.length)]!
    if (paths.length < 2) return
    for (let tried = 0; tried < pairs; tried++) {
      const [one, other] = [pick(paths), pick(paths)]
      const [odd, odder] = [pick(oddities(at(body, one))), pick(oddities(at(body, other)))]
      const isTextOdd = isText(one) || isText(other)
      const where = `${one.join(".")} as ${JSON.stringify(odd)}, ${other.join(".")} as ${JSON.stringify(odder)} (SEED=${seed})`
      const changed = replaced(replaced(body, one, odd), other, odder)
      expect(coreIn(changed, isTextOdd), where).toEqual(coreIn(body, isTextOdd))
    }
  })
})
