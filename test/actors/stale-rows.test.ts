/** An actor that came, changed and went to sleep again while its row was on the way is not brought back as it was before. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { kinds } from "../../actors/memory/kinds.ts"
import { decodeSnapshot, encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import { wakeActors } from "../../actors/waking/wake.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { Messages } from "../../persistence/lists/messages.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import type { SleepingActor } from "../../persistence/cut/snapshots.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { ann, message } from "../machines/facts.ts"
import { House } from "./house.ts"

let current: SleepingActor

const nothing = Layer.mergeAll(Layer.mock(Journal, {}), Layer.mock(Messages, {}), Layer.mock(Quarantine, {}))

/** A house with one chat; `row` is the chat as a cut would write it now, `sleep` takes it out of memory. */
const housed = () => {
  const house = new House()
  const id = house.runtime.identity.conversation("whatsapp", "account", "chat-1")
  const living = () => house.runtime.population.get("conversation", id)!
  const row = (): SleepingActor => ({ id, internals: encodeSnapshot(kinds.conversation, living().snapshot) })
  const sleep = () => house.runtime.population.remove(living())
  const tell = (n: number) => {
    house.submit(message(`m${n}`, n, ann))
    house.commit()
  }
  const woken = (load: () => ReadonlyArray<SleepingActor>) =>
    Effect.runPromise(
      wakeActors(house.runtime, [{ kind: "conversation", id }], 0).pipe(
        Effect.provide(
          Layer.merge(nothing, Layer.mock(Snapshots, { load: () => Effect.sync(() => ({ actors: load(), left: [] })) }))
        )
      )
    )
  return { house, row, sleep, tell, woken }
}

test("a row that was read before the actor's last cut does not replace what it has become", async () => {
  const { house, row, sleep, tell, woken } = housed()
  tell(1)
  const old = row()
  sleep()
  let reads = 0
  await woken(() => {
    if (reads++ > 0) return [current]
    // While that row is on its way somebody else wakes the chat, it hears more, is written and sleeps again.
    house.runtime.population.wake("conversation", old.id, decodeSnapshot(kinds.conversation, old.internals), 0)
    tell(2)
    current = row()
    sleep()
    return [old]
  })
  expect(reads).toBe(2)
  expect(house.conversation.message_count).toBe(2)
})

test("that there was no row is not believed of an actor that was made, written and put to sleep meanwhile", async () => {
  const { house, row, sleep, tell, woken } = housed()
  let reads = 0
  await woken(() => {
    if (reads++ > 0) return [current]
    tell(1)
    current = row()
    sleep()
    return []
  })
  tell(2)
  expect(house.conversation.message_count).toBe(2)
})
