/**
 * Secrets that were not set in the environment: made at the first start, kept in `<dataDir>/secrets.json`, readable by the owner
 * only.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { randomBytes } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The file cannot be read, written or understood. */
export class SecretsUnreadable extends Schema.TaggedError<SecretsUnreadable>()("SecretsUnreadable", {
  path: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `The secrets in ${this.path} cannot be used: ${this.problem}. Make the directory writable or restore the file; without its keys, sealed secrets are lost.`
  }
}

const Kept = Schema.fromJsonString(
  Schema.Struct({ admin_key: Schema.NonEmptyString, encryption_keys: Schema.NonEmptyString })
)

const fresh = (): typeof Kept.Type => ({
  admin_key: `sb_admin_${randomBytes(32).toString("base64url")}`,
  encryption_keys: randomBytes(32).toString("base64")
})

/** Reads the file, or makes it. Two processes that start at once end with the same secrets: the first link wins. */
const readOrMake = (directory: string, path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
  mkdirSync(directory, { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(fresh(), null, 2)}\n`, { mode: 0o600 })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(path, "utf8")
}

/** The kept secrets of a data directory; `memory://` gets fresh ones that live as long as the process. */
export const keptSecrets = Effect.fnUntraced(function* (dataDir: string) {
  const path = join(dataDir, "secrets.json")
  const text =
    dataDir === "memory://"
      ? JSON.stringify(fresh())
      : yield* Effect.try({
          try: () => readOrMake(dataDir, path),
          catch: (error) => new SecretsUnreadable({ path, problem: (error as Error).message })
        })
  const kept = yield* Schema.decodeUnknownEffect(Kept)(text).pipe(
    // The cause is left out on purpose: it would quote the content.
    Effect.mapError(() => new SecretsUnreadable({ path, problem: "it has not the expected content" }))
  )
  return { adminKey: Redacted.make(kept.admin_key), encryptionKeys: Redacted.make(kept.encryption_keys) }
})
