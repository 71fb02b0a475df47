import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { KeyRing } from "../../src/secrets/key-ring.ts"

const key = () => randomBytes(32).toString("base64")
const secret = Redacted.make("whs_ünïcode")

const ringOf = (...keys: ReadonlyArray<string>) =>
  Effect.runPromise(Effect.provide(KeyRing, KeyRing.layer(Redacted.make(keys.join(",")))))
const opened = async (ring: KeyRing["Service"], sealed: string, place: string) =>
  Redacted.value(await Effect.runPromise(ring.open(sealed, place)))

test("what is sealed opens in its place, and looks different each time", async () => {
  const ring = await ringOf(key())
  const sealed = ring.seal(secret, "tenant:a:webhook_secret")
  expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/)
  expect(sealed).not.toContain("whs_")
  expect(ring.seal(secret, "tenant:a:webhook_secret")).not.toBe(sealed)
  expect(await opened(ring, sealed, "tenant:a:webhook_secret")).toBe("whs_ünïcode")
})

test("a new first key seals, the old one still opens; without it, nothing does", async () => {
  const [old, fresh] = [key(), key()]
  const sealed = (await ringOf(old)).seal(secret, "place")
  const rotated = await ringOf(fresh, old)
  expect(await opened(rotated, sealed, "place")).toBe("whs_ünïcode")
  expect(rotated.seal(secret, "place").split(".")[1]).not.toBe(sealed.split(".")[1])
  await expect(opened(await ringOf(fresh), sealed, "place")).rejects.toThrow(/has no key/)
})

test("a sealed value opens in no other place, and not when it was changed", async () => {
  const ring = await ringOf(key())
  const sealed = ring.seal(secret, "tenant:a:webhook_secret")
  await expect(opened(ring, sealed, "tenant:b:webhook_secret")).rejects.toThrow(/another place/)
  const parts = sealed.split(".")
  for (const index of [2, 3, 4]) {
    const changed = parts
      .map((part, at) => (at === index ? (part.startsWith("A") ? "B" : "A") + part.slice(1) : part))
      .join(".")
    await expect(opened(ring, changed, "tenant:a:webhook_secret")).rejects.toThrow(/changed/)
  }
  for (const nonsense of ["", "v1", "v2.a.b.c.d", `${sealed}.x`, parts.slice(0, 4).join("."), "v1.a.b.c."]) {
    await expect(opened(ring, nonsense, "place")).rejects.toThrow(/cannot be opened/)
  }
})

test("keys that are none are refused by their position, without being shown", async () => {
  await expect(ringOf(key(), "c2hvcnQ=")).rejects.toThrow(/entry 2 is not 32 bytes/)
  await expect(ringOf("")).rejects.toThrow(/entry 1/)
})
