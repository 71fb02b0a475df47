/**
 * I8: long webhook bodies are in memory a few at a time. Who finds no room waits with the body unread; a short body needs none, and
 * who has not shown the secret takes no room of those who have.
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, afterEach, describe, expect, test } from "vitest"
import { Settings } from "../../src/config.ts"
import { type Arrived, WebhookBodies } from "../../src/http/webhook-body.ts"

const mebibyte = 2 ** 20
const largest = 16 * mebibyte
const environment = ConfigProvider.layer(
  ConfigProvider.fromEnv({
    env: {
      SWITCHBOARD_ADMIN_KEY: "the-admin-key-of-the-tests",
      SWITCHBOARD_ENCRYPTION_KEYS: Buffer.alloc(32).toString("base64")
    }
  })
)
const runtime = ManagedRuntime.make(
  WebhookBodies.layer.pipe(Layer.provide(Settings.layer.pipe(Layer.provide(environment))))
)
afterAll(() => runtime.dispose())

/** A request whose body comes when the test says so; what was asked of it. */
class Sender {
  /** Parts that somebody has asked for. */
  asked = 0
  arrived: Arrived | null = null
  readonly #parts: ReadableStream<Uint8Array>
  readonly #reading: () => Promise<unknown>
  readonly #abort = new AbortController()
  #come: (part: Uint8Array | null) => void = () => {}
  #done: Promise<unknown> = Promise.resolve()
  #answered: () => void = () => {}

  /** `length`: what it announces; null: nothing. */
  constructor(kind: "proven" | "unproven", length: number | null) {
    this.#parts = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          this.asked++
          return new Promise<void>((resolve) => {
            this.#come = (part) => {
              if (part === null) controller.close()
              else controller.enqueue(part)
              resolve()
            }
          })
        }
      },
      { highWaterMark: 0 }
    )
    const headers = new Headers(length === null ? {} : { "content-length": String(length) })
    const init = { method: "POST", headers, body: this.#parts, duplex: "half" }
    const request = HttpServerRequest.fromWeb(new Request("http://127.0.0.1/", init as RequestInit))
    // A request is over when it has been answered; until then it keeps its room.
    const answered = Effect.callback<void>((resume) => {
      this.#answered = () => resume(Effect.void)
    })
    this.#reading = () =>
      runtime.runPromise(
        Effect.scoped(
          WebhookBodies.use((bodies) => bodies.read(request, kind)).pipe(
            Effect.tap((arrived) => Effect.sync(() => (this.arrived = arrived))),
            Effect.andThen(answered)
          )
        ),
        { signal: this.#abort.signal }
      )
  }

  async begin(): Promise<this> {
    this.#done = this.#reading().catch(() => {})
    await settled()
    return this
  }
  /** A part comes; null: the end. */
  async come(part: Uint8Array | null): Promise<void> {
    this.#come(part)
    await settled()
  }
  async answer(): Promise<void> {
    this.#answered()
    await this.#done
    await settled()
  }
  async hangUp(): Promise<void> {
    this.#abort.abort()
    await this.#done
    await settled()
  }
}

/** Whatever does not wait for a sender has been done. */
const settled = async () => {
  for (let n = 0; n < 50; n++) await new Promise(setImmediate)
}
const senders: Array<Sender> = []
const begun = (kind: "proven" | "unproven", length: number | null) => {
  const sender = new Sender(kind, length)
  senders.push(sender)
  return sender.begin()
}
const several = async (count: number, kind: "proven" | "unproven", length: number | null) => {
  const all: Array<Sender> = []
  for (let n = 0; n < count; n++) all.push(await begun(kind, length))
  return all
}
afterEach(async () => {
  for (const sender of senders.splice(0)) await sender.hangUp()
})

describe.each([
  ["proven", 8],
  ["unproven", 4]
] as const)("bodies of the largest size, of %s senders", (kind, places) => {
  test("are read by as many at a time; the next waits unread until one is answered or hangs up", async () => {
    const first = await several(places, kind, largest)
    expect(first.map(({ asked }) => asked)).toEqual(first.map(() => 1))
    const [next, further] = await several(2, kind, largest)
    expect([next!.asked, further!.asked]).toEqual([0, 0])
    await first[0]!.come(new Uint8Array(100))
    await first[0]!.come(null)
    expect(first[0]!.arrived?.bytes).toHaveLength(100)
    // It is still being applied.
    expect([next!.asked, further!.asked]).toEqual([0, 0])
    await first[0]!.answer()
    expect([next!.asked, further!.asked]).toEqual([1, 0])
    await first[1]!.hangUp()
    expect([next!.asked, further!.asked]).toEqual([1, 1])
  })

  test("leave the short ones, and the others' room, alone", async () => {
    await several(places + 1, kind, largest)
    const [short] = await several(1, kind, mebibyte)
    const [other] = await several(1, kind === "proven" ? "unproven" : "proven", largest)
    expect([short!.asked, other!.asked]).toEqual([1, 1])
  })

  test("are more when they are smaller", async () => {
    const half = await several(2 * places, kind, largest / 2)
    expect(half.map(({ asked }) => asked)).toEqual(half.map(() => 1))
    expect((await begun(kind, largest / 2)).asked).toBe(0)
  })

  test("that do not say how long they are wait as soon as they are long", async () => {
    const first = await several(places, kind, null)
    for (const sender of first) await sender.come(new Uint8Array(mebibyte + 1))
    expect(first.map(({ asked }) => asked)).toEqual(first.map(() => 2))
    const next = await begun(kind, null)
    await next.come(new Uint8Array(mebibyte))
    expect(next.asked).toBe(2)
    await next.come(new Uint8Array(1))
    expect(next.asked).toBe(2)
    await first[0]!.hangUp()
    expect(next.asked).toBe(3)
  })
})
