/** A path may name a conversation by the provider's chat id, whichever account it is of: one statement, however many accounts. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { afterAll, beforeAll, expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { ActorKind, Event } from "../../machines/events.ts"
import { FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { registered } from "../machines/facts.ts"
import { type Process, startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.now()
const accounts = 40
let reads = 0
let house: Process

beforeAll(async () => {
  const points = Layer.succeed(FaultPoints, (point) => Effect.sync(() => void (reads += point === "wake" ? 1 : 0)))
  house = startProcess({ url: Option.none(), dataDir: "memory://" }, { around: points })
  await house.found(received)
  for (let n = 0; n < accounts; n++) await house.submit({ ...registered, account_id: `account-${n}` })
  const inbound: Event = Result.getOrThrow(
    translate(message({ chat: "chat", id: "m1", at: received, account: `account-${accounts - 1}` }), { received })
  )[0]!
  await house.submit(inbound)
})
afterAll(() => house.close())

const known = (kind: ActorKind, id: string) =>
  house.run(
    TenantOwner.use((owner) =>
      Effect.match(owner.view("acme", kind, id), { onSuccess: () => "known", onFailure: ({ _tag }) => _tag })
    )
  )
const readsFor = async (kind: ActorKind, id: string) => {
  reads = 0
  return [await known(kind, id), reads]
}

test("of the last of many accounts", async () => {
  expect(await readsFor("conversation", "chat")).toEqual(["known", 1])
})

test("of none of them", async () => {
  expect(await readsFor("conversation", "nobody's")).toEqual(["ActorUnknown", 1])
})

test("who is always in memory is not asked for at all", async () => {
  expect(await readsFor("connection", "nobody's")).toEqual(["ActorUnknown", 0])
})
