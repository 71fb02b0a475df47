/**
 * Short-lived tokens with which a browser opens the feed: they say which tenant, who, which topics, until when, and are
 * signed, not stored. They open nothing but the feed.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { clockSlack } from "../../machines/ahead.ts"
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto"

/** Seconds. */
const tokenLifetime = { default: 3_600, most: 86_400 } as const

/** A name or id in a token; the whole token travels in a URL, so everything in it is short. */
const ShortText = Schema.NonEmptyString.check(Schema.isMaxLength(200))

/** Body of `POST …/feed-tokens` (DESIGN §5). */
export const FeedTokenRequest = Schema.Struct({
  user_id: ShortText,
  /** How viewers see this user type; the user_id when left out. */
  name: Schema.optionalKey(ShortText),
  /**
   * The only topics that it opens, as clients ask for them, or `conversation:*` for all of a kind, or `*`; all of the
   * tenant's when left out. `ops` has to be named.
   */
  topics: Schema.optionalKey(Schema.Array(ShortText).check(Schema.isMaxLength(32))),
  ttl_s: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: tokenLifetime.most })))
})
export type FeedTokenRequest = typeof FeedTokenRequest.Type

/** What a valid token allows. */
export const FeedPass = Schema.Struct({
  tenant: Schema.String,
  user_id: Schema.String,
  name: Schema.String,
  topics: Schema.NullOr(Schema.Array(Schema.String)),
  /** The key that made it, by its id; null for the admin key. Absent in tokens of earlier versions, which end within a day. */
  key: Schema.optionalKey(Schema.NullOr(Schema.String)),
  /** Epoch milliseconds. */
  expires_at: Schema.Int
})
export type FeedPass = typeof FeedPass.Type

/**
 * Whether a pass opens a topic that goes by these names. The figures of the process are not for everybody who may read the
 * inbox, so `ops` is opened by its name alone.
 */
export const opens = ({ topics }: FeedPass, names: readonly [string, ...ReadonlyArray<string>]): boolean => {
  if (names[0] === "ops") return topics?.includes("ops") ?? false
  if (topics === null || topics.includes("*")) return true
  const kind = names[0].slice(0, names[0].indexOf(":") + 1)
  return names.some((name) => topics.includes(name)) || (kind !== "" && topics.includes(`${kind}*`))
}

/** No valid token: answered 401, without saying what is wrong with it. */
export class FeedTokenRefused extends Schema.TaggedError<FeedTokenRefused>()("FeedTokenRefused", {
  reason: Schema.Literals(["forged", "expired"])
}) {
  override get message() {
    return "This feed token is not valid or not any more. Get a new one with POST /v1/tenants/{tenant}/feed-tokens."
  }
}

const decodePass = Schema.decodeUnknownOption(Schema.fromJsonString(FeedPass))

export class FeedTokens extends Context.Service<
  FeedTokens,
  {
    /** A token for a user of a tenant. `expires_at` is ISO 8601, as it stands on the wire. */
    issue(
      request: FeedTokenRequest & { readonly tenant: string; readonly key?: string | null }
    ): Effect.Effect<{ readonly token: string; readonly expires_at: string }>
    /** What a token allows now. */
    verify(token: string): Effect.Effect<FeedPass, FeedTokenRefused>
  }
>()("switchboard/feed/FeedTokens") {
  /** Processes with the same secret take each other's tokens. */
  static layer(secret: Redacted.Redacted): Layer.Layer<FeedTokens> {
    return Layer.sync(FeedTokens, () => make(secret))
  }
}

const make = (secret: Redacted.Redacted): FeedTokens["Service"] => {
  // The secret has other uses; the label keeps a signature made for one of them from being worth anything here.
  const signing = Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "switchboard/feed-token/1", 32))
  const sign = (payload: string): Buffer => createHmac("sha256", signing).update(payload).digest()
  return {
    issue: Effect.fnUntraced(function* ({ tenant, key = null, user_id, name, topics, ttl_s }) {
      const expires_at = (yield* Clock.currentTimeMillis) + (ttl_s ?? tokenLifetime.default) * 1_000
      const pass: FeedPass = { tenant, user_id, name: name ?? user_id, topics: topics ?? null, key, expires_at }
      const payload = Buffer.from(JSON.stringify(pass)).toString("base64url")
      const token = `${payload}.${sign(payload).toString("base64url")}`
      return { token, expires_at: new Date(expires_at).toISOString() }
    }),
    verify: Effect.fnUntraced(function* (token) {
      const [payload = "", signature = ""] = token.split(".")
      const given = Buffer.from(signature, "base64url")
      const right = sign(payload)
      if (given.length !== right.length || !timingSafeEqual(given, right)) {
        return yield* new FeedTokenRefused({ reason: "forged" })
      }
      const pass = decodePass(Buffer.from(payload, "base64url").toString())
      if (Option.isNone(pass)) return yield* new FeedTokenRefused({ reason: "forged" })
      const now = yield* Clock.currentTimeMillis
      const left = pass.value.expires_at - now
      // More than any token lasts: the clock that made it was ahead.
      const isGood = left > 0 && left <= tokenLifetime.most * 1_000 + clockSlack
      return isGood ? pass.value : yield* new FeedTokenRefused({ reason: "expired" })
    })
  }
}
