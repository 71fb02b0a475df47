/**
 * Sealing of sensitive fields (⚿, CONTRACT §2): AES-256-GCM with a ring of keys. The first key seals, every key opens, so keys
 * are rotated by putting a new one in front. The associated data ties a sealed value to its place: it opens nowhere else.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Resealing } from "../../actors/sealed/resealing.ts"
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto"

/** A sealed value that no key of the ring opens in this place. */
export class Unsealable extends Schema.TaggedError<Unsealable>()("Unsealable", { problem: Schema.String }) {
  override get message() {
    return `A sealed value cannot be opened: ${this.problem}. Put the key that sealed it into SWITCHBOARD_ENCRYPTION_KEYS.`
  }
}

/** SWITCHBOARD_ENCRYPTION_KEYS is not a list of keys. */
export class KeysUnusable extends Schema.TaggedError<KeysUnusable>()("KeysUnusable", { problem: Schema.String }) {
  override get message() {
    return `SWITCHBOARD_ENCRYPTION_KEYS cannot be used: ${this.problem}. Make a key with: openssl rand -base64 32`
  }
}

interface Key {
  readonly id: string
  readonly bytes: Buffer
}

const version = "v1"
/** 96 bits: the size that GCM is specified for. */
const ivBytes = 12
const tagBytes = 16

const keyOf = (text: string): Key | null => {
  const bytes = Buffer.from(text, "base64")
  if (bytes.length !== 32) return null
  return { id: createHash("sha256").update(bytes).digest("base64url").slice(0, 8), bytes }
}

const seal = (key: Key, plaintext: Redacted.Redacted, associatedData: string): string => {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv("aes-256-gcm", key.bytes, iv, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(associatedData))
  const sealed = Buffer.concat([cipher.update(Redacted.value(plaintext), "utf8"), cipher.final()])
  return [version, key.id, ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString("base64url"))].join(".")
}

const open = (keys: ReadonlyMap<string, Key>, sealed: string, associatedData: string): Redacted.Redacted => {
  const [found, id, iv, tag, ciphertext, ...rest] = sealed.split(".")
  if (found !== version || ciphertext === undefined || rest.length > 0) {
    throw new Unsealable({ problem: "it is not in the form v1.<key id>.<iv>.<tag>.<ciphertext>" })
  }
  const key = keys.get(id!)
  if (key === undefined) throw new Unsealable({ problem: `the ring has no key ${id}` })
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, Buffer.from(iv!, "base64url"), {
    authTagLength: tagBytes
  })
  decipher.setAAD(Buffer.from(associatedData))
  decipher.setAuthTag(Buffer.from(tag!, "base64url"))
  const plaintext = Buffer.concat([decipher.update(Buffer.from(ciphertext, "base64url")), decipher.final()])
  return Redacted.make(plaintext.toString("utf8"))
}

export class KeyRing extends Context.Service<
  KeyRing,
  {
    /** `v1.<key id>.<iv>.<tag>.<ciphertext>`, each part base64url. */
    seal(plaintext: Redacted.Redacted, associatedData: string): string
    /** The plaintext; fails when the value was changed, moved to another place, or sealed by a key that is gone. */
    open(sealed: string, associatedData: string): Effect.Effect<Redacted.Redacted, Unsealable>
    /** The same plaintext under the first key; null when that one sealed it. Fails as `open` does. */
    reseal(sealed: string, associatedData: string): Effect.Effect<string | null, Unsealable>
  }
>()("switchboard/secrets/KeyRing") {
  /** A ring from comma-separated base64 keys of 32 bytes. */
  static readonly layer = (encoded: Redacted.Redacted): Layer.Layer<KeyRing, KeysUnusable> =>
    Layer.effect(
      KeyRing,
      Effect.gen(function* () {
        const keys: Array<Key> = []
        for (const [index, text] of Redacted.value(encoded).split(",").entries()) {
          const key = keyOf(text.trim())
          if (key === null) return yield* new KeysUnusable({ problem: `entry ${index + 1} is not 32 bytes in base64` })
          keys.push(key)
        }
        const byId = new Map(keys.map((key) => [key.id, key]))
        const first = keys[0]!
        const opened = (sealed: string, associatedData: string) =>
          Effect.try({
            try: () => open(byId, sealed, associatedData),
            catch: (error) =>
              error instanceof Unsealable
                ? error
                : new Unsealable({ problem: "it was changed, or belongs to another place" })
          })
        return {
          seal: (plaintext, associatedData) => seal(first, plaintext, associatedData),
          open: opened,
          reseal: (sealed, associatedData) =>
            sealed.split(".")[1] === first.id
              ? Effect.succeed(null)
              : Effect.map(opened(sealed, associatedData), (plaintext) => seal(first, plaintext, associatedData))
        }
      })
    )

  /** The ring as what the tasks of the actors seal with once more. */
  static readonly resealing = Layer.effect(
    Resealing,
    Effect.map(KeyRing, ({ reseal }) => ({ reseal }))
  )
}
