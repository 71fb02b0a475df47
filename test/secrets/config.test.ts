import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Settings } from "../../src/config.ts"

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "switchboard-config-"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const read = (env: Record<string, string>) =>
  Effect.runPromise(
    Effect.provide(Settings, Settings.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))))
  )

test("secrets that nobody set are made once and kept for the owner's eyes only", async () => {
  const dataDir = join(directory, "fresh", "data")
  const first = await read({ SWITCHBOARD_DATA_DIR: dataDir })
  expect(statSync(join(dataDir, "secrets.json")).mode & 0o777).toBe(0o600)
  const second = await read({ SWITCHBOARD_DATA_DIR: dataDir })
  expect(Redacted.value(second.adminKey)).toBe(Redacted.value(first.adminKey))
  expect(Redacted.value(second.encryptionKeys)).toBe(Redacted.value(first.encryptionKeys))
  expect(Buffer.from(Redacted.value(first.encryptionKeys), "base64")).toHaveLength(32)
})

test("what is set is taken, and then nothing is written", async () => {
  const dataDir = join(directory, "unwritten")
  const settings = await read({
    SWITCHBOARD_DATA_DIR: dataDir,
    SWITCHBOARD_ADMIN_KEY: "mine-and-long-enough",
    SWITCHBOARD_ENCRYPTION_KEYS: "a,b",
    HOST: "::1",
    PORT: "8080",
    SWITCHBOARD_SNAPSHOT_INTERVAL: "250 millis"
  })
  expect(Redacted.value(settings.adminKey)).toBe("mine-and-long-enough")
  expect(settings.publicUrl).toBe("http://[::1]:8080")
  expect(() => statSync(dataDir)).toThrow()
  expect(JSON.stringify(settings)).not.toContain("mine-and-long-enough")
})

test("a secrets file that cannot be understood stops the start, and is not quoted", async () => {
  const dataDir = mkdtempSync(join(directory, "broken-"))
  writeFileSync(join(dataDir, "secrets.json"), `{"admin_key":"do-not-show"}`)
  const failure = await read({ SWITCHBOARD_DATA_DIR: dataDir }).catch((error) => String(error.message))
  expect(failure).toMatch(/secrets\.json cannot be used/)
  expect(failure).not.toContain("do-not-show")
})

test("an empty admin key counts as none, a short one stops the start", async () => {
  const dataDir = join(directory, "empty")
  const settings = await read({ SWITCHBOARD_DATA_DIR: dataDir, SWITCHBOARD_ADMIN_KEY: "", DATABASE_URL: "" })
  expect(Redacted.value(settings.adminKey)).toMatch(/^sb_admin_/)
  expect(settings.databaseUrl._tag).toBe("None")
  await expect(read({ SWITCHBOARD_DATA_DIR: dataDir, SWITCHBOARD_ADMIN_KEY: "short" })).rejects.toThrow(/fewer than 16/)
})

test.each(["0", "-1", "1.5", "many"])("a mailbox of %s events stops the start", async (SWITCHBOARD_MAILBOX_LIMIT) => {
  const failure = read({ SWITCHBOARD_DATA_DIR: "memory://", SWITCHBOARD_MAILBOX_LIMIT })
  await expect(failure).rejects.toThrow(/SWITCHBOARD_MAILBOX_LIMIT/)
})

test.each(["0 seconds", "-5 seconds", "9 millis", "Infinity", "25 hours"])(
  "%s between two snapshots stops the start, and says what goes",
  async (SWITCHBOARD_SNAPSHOT_INTERVAL) => {
    const failure = read({ SWITCHBOARD_DATA_DIR: "memory://", SWITCHBOARD_SNAPSHOT_INTERVAL })
    await expect(failure).rejects.toThrow(/from 10 millis to 24 hours[^]*SWITCHBOARD_SNAPSHOT_INTERVAL/)
  }
)
