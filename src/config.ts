/**
 * What can be set from outside, read once at start from the environment. Owns names and defaults; two secrets that are not set
 * are made at the first start and kept in the data directory.
 */
import * as ByteSize from "effect/ByteSize"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { isRange, Reach } from "./outgoing/reach.ts"
import { addressAt } from "./own-url.ts"
import { keptSecrets } from "./secrets/kept-secrets.ts"

/** 0 included: the system chooses. */
const PortNumber = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))

const AtLeastOne = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThan(0))

/** Shorter, cuts would follow one another without a pause; longer, the tables would tell of another day. */
const SnapshotInterval = Schema.DurationFromString.check(
  Schema.makeFilter(
    (interval) =>
      Duration.between(interval, { minimum: Duration.millis(10), maximum: Duration.hours(24) }) ||
      'must be from 10 millis to 24 hours, like "5 seconds"'
  )
)

/** Smaller, common mails would be refused; larger, one body would fill a tenant's quarantine. */
const WebhookBodyLimit = Schema.ByteSizeFromString.check(
  Schema.makeFilter(
    (size) =>
      ByteSize.between(size, { minimum: ByteSize.mebibytes(1), maximum: ByteSize.mebibytes(64) }) ||
      'must be from 1 MiB to 64 MiB, like "16 MiB"'
  )
)

const Ranges = Schema.String.pipe(
  Schema.decodeTo(Schema.Array(Schema.String), {
    decode: SchemaGetter.transform((text: string) => text.split(",").flatMap((part) => part.trim() || [])),
    encode: SchemaGetter.transform((parts: ReadonlyArray<string>) => parts.join(","))
  }),
  Schema.check(
    Schema.makeFilter(
      (ranges) => ranges.every(isRange) || 'must be addresses or ranges, like "10.20.0.0/16,192.168.7.9"'
    )
  )
)

/** A secret that may be left out; `NAME=` in an env file leaves it out too. */
const optionalSecret = (name: string) =>
  Config.option(Config.Redacted(name)).pipe(Config.map(Option.filter((secret) => Redacted.value(secret) !== "")))

/** Shorter keys can be guessed; a generated one has 52 characters. */
const shortestAdminKey = 16

/** SWITCHBOARD_ADMIN_KEY is too short to be a key. */
export class AdminKeyShort extends Schema.TaggedError<AdminKeyShort>()("AdminKeyShort", {}) {
  override get message() {
    return `SWITCHBOARD_ADMIN_KEY has fewer than ${shortestAdminKey} characters. Make one with: openssl rand -base64 32, or leave it out.`
  }
}

const environment = Config.all({
  /** Address to listen on. */
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1")),
  /** Port to listen on; 0 takes a free one. */
  port: Config.schema(PortNumber, "PORT").pipe(Config.withDefault(4000)),
  /** A Postgres to use; absent, the embedded one under the data directory. */
  databaseUrl: optionalSecret("DATABASE_URL"),
  /** Where the embedded Postgres and generated secrets are kept; `memory://` keeps nothing. */
  dataDir: Config.String("SWITCHBOARD_DATA_DIR").pipe(Config.withDefault("./data")),
  /** The key that may do everything. */
  adminKey: optionalSecret("SWITCHBOARD_ADMIN_KEY"),
  /** Comma-separated base64 keys of 32 bytes: the first encrypts, all decrypt. The same in every process of a deployment. */
  encryptionKeys: optionalSecret("SWITCHBOARD_ENCRYPTION_KEYS"),
  /** How providers and people reach this server, without a trailing slash; the base of webhook URLs. */
  publicUrl: Config.option(Config.URL("SWITCHBOARD_PUBLIC_URL")),
  /** How often changed actors are written to Postgres. */
  snapshotInterval: Config.schema(SnapshotInterval, "SWITCHBOARD_SNAPSHOT_INTERVAL").pipe(
    Config.withDefault(Duration.seconds(5))
  ),
  /** Actors in memory, over all tenants, past which the least recently touched sleep early. */
  residentActors: Config.schema(AtLeastOne, "SWITCHBOARD_RESIDENT_ACTORS").pipe(Config.withDefault(50_000)),
  /** Addresses and ranges (CIDR), comma-separated, that announcements may reach although they are not public. */
  outgoingAllow: Config.schema(Ranges, "SWITCHBOARD_OUTGOING_ALLOW").pipe(Config.withDefault([])),
  /** Events of one tenant that may wait for the database before webhooks get 503. */
  mailboxLimit: Config.schema(AtLeastOne, "SWITCHBOARD_MAILBOX_LIMIT").pipe(Config.withDefault(10_000)),
  /** Bytes of a webhook that are taken; longer ones get 413. */
  webhookBodyLimit: Config.schema(WebhookBodyLimit, "SWITCHBOARD_WEBHOOK_BODY_LIMIT").pipe(
    Config.withDefault(ByteSize.mebibytes(16)),
    Config.map(ByteSize.toNumberUnsafe)
  )
})

const read = Effect.gen(function* () {
  const { adminKey, encryptionKeys, publicUrl, outgoingAllow, ...rest } = yield* environment
  if (Option.exists(adminKey, (key) => Redacted.value(key).length < shortestAdminKey))
    return yield* new AdminKeyShort({})
  const needed = Option.isNone(adminKey) || Option.isNone(encryptionKeys)
  const kept = needed ? yield* keptSecrets(rest.dataDir) : null
  return {
    ...rest,
    outgoingReach: new Reach(outgoingAllow),
    adminKey: Option.getOrElse(adminKey, () => kept!.adminKey),
    encryptionKeys: Option.getOrElse(encryptionKeys, () => kept!.encryptionKeys),
    publicUrl: Option.match(publicUrl, {
      onSome: (url) => url.href.replace(/\/+$/, ""),
      onNone: () => addressAt(rest.host, rest.port)
    })
  }
})

export type SettingsShape = Effect.Success<typeof read>

/** The settings of this process. */
export class Settings extends Context.Service<Settings, SettingsShape>()("switchboard/Settings") {
  /** From the environment; fails with ConfigError, AdminKeyShort, or SecretsUnreadable when the data directory cannot be used. */
  static readonly layer = Layer.effect(Settings, read)
}
