/** A clock that is set back leaves everybody ahead who lived in it: they are corrected, and what comes meanwhile is taken. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import { TestClock } from "effect/testing"
import { expect, test } from "vitest"
import { watchDeadlines } from "../../actors/owner/watch-deadlines.ts"
import { ann, day, message, start } from "../machines/facts.ts"
import { House } from "./house.ts"

const mailbox = 40
const chats = 200

test("the mailbox stays free for what comes from outside, and everybody is corrected", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const house = new House({ mailbox })
      for (let chat = 0; chat < chats; chat++) {
        const heard = message(`m${chat}`, 1, ann, { received: start + 2 })
        house.submit({ ...heard, external_thread_id: `chat-${chat}` })
        house.commit()
      }
      const back = start - 30 * day
      const ahead = () => [...house.runtime.population.all()].filter((living) => living.isAhead(back + day)).length
      expect(ahead()).toBeGreaterThan(chats)
      yield* TestClock.setTime(back)
      const watch = yield* Effect.forkChild(watchDeadlines(house.runtime, Latch.makeUnsafe()))
      yield* TestClock.adjust(1_000)
      // The journal is slow: nothing of it is durable yet.
      expect(house.runtime.admitted).toBeGreaterThan(0)
      expect(house.runtime.admitted).toBeLessThanOrEqual(mailbox / 4)
      expect(house.submit(message("news", 3, ann, { received: back + 1_000 })).answer).toBeNull()
      for (let looks = 0; looks < 100 && ahead() > 0; looks++) {
        house.commit()
        yield* TestClock.adjust(100)
      }
      expect(ahead()).toBe(0)
      yield* Fiber.interrupt(watch)
    }).pipe(Effect.provide(TestClock.layer()))
  ))
