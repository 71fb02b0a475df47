/** Reads what a client sends: bytes of its subprotocol to one of our frames, decoded once, here. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { unpack } from "msgpackr"
import type { ClientFrame, Encoding } from "../../actors/feed/frames.ts"
import { Labels } from "../http/api/labels.ts"
import { FrameRefused } from "./refusals.ts"

const Name = Schema.NonEmptyString.check(Schema.isMaxLength(500))
const Since = Schema.Struct({ epoch: Schema.String, offset: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)) })

const User = Schema.NonEmptyString.check(Schema.isMaxLength(200))
const Ref = Schema.NonEmptyString.check(Schema.isMaxLength(64))
const ref = Schema.optionalKey(Ref)
const isRef = Schema.is(Ref)

/** One schema per type of frame: a type without one does not compile. */
const schemas: { readonly [T in ClientFrame["type"]]: Schema.Codec<Extract<ClientFrame, { readonly type: T }>> } = {
  subscribe: Schema.Struct({ type: Schema.tag("subscribe"), ref, topic: Name, since: Schema.optionalKey(Since) }),
  unsubscribe: Schema.Struct({ type: Schema.tag("unsubscribe"), ref, topic: Name }),
  ping: Schema.Struct({ type: Schema.tag("ping"), ref }),
  typing: Schema.Struct({ type: Schema.tag("typing"), ref, conversation: Name, is_typing: Schema.Boolean }),
  read: Schema.Struct({ type: Schema.tag("read"), ref, conversation: Name }),
  unread: Schema.Struct({ type: Schema.tag("unread"), ref, conversation: Name }),
  assign: Schema.Struct({ type: Schema.tag("assign"), ref, conversation: Name, assigned_to: Schema.NullOr(User) }),
  snooze: Schema.Struct({
    type: Schema.tag("snooze"),
    ref,
    conversation: Name,
    until: Schema.NullOr(Schema.String.check(Schema.isMaxLength(40)))
  }),
  label: Schema.Struct({
    type: Schema.tag("label"),
    ref,
    conversation: Name,
    add: Schema.optionalKey(Labels),
    remove: Schema.optionalKey(Labels)
  }),
  viewing: Schema.Struct({
    type: Schema.tag("viewing"),
    ref,
    conversation: Name,
    is_viewing: Schema.optionalKey(Schema.Boolean)
  })
}
const types = Object.keys(schemas)
const decoders = new Map<string, (frame: unknown) => Effect.Effect<ClientFrame, Schema.SchemaError>>(
  Object.entries(schemas).map(([type, schema]) => [
    type,
    Schema.decodeUnknownEffect(schema as Schema.Codec<ClientFrame>)
  ])
)

const decodeType = Schema.decodeUnknownEffect(
  Schema.Struct({
    type: Schema.String,
    topic: Schema.optionalKey(Schema.Unknown),
    ref: Schema.optionalKey(Schema.Unknown)
  })
)

interface Raw {
  readonly type: string
  readonly topic: unknown
  readonly ref: unknown
}
const isType = (type: string): type is ClientFrame["type"] => decoders.has(type)

const parsers: Readonly<Record<Encoding, (bytes: Buffer) => unknown>> = {
  json: (bytes) => JSON.parse(bytes.toString()),
  msgpack: (bytes) => unpack(bytes)
}

const malformed = ({ message }: { readonly message: string }, { topic, ref, type }: Partial<Raw> = {}) =>
  new FrameRefused({
    code: "malformed",
    detail: `This frame cannot be read: ${message}`,
    ...(typeof topic === "string" && { topic }),
    ...(isRef(ref) && { ref }),
    ...(type !== undefined && isType(type) && { answers: type })
  })

/** The frame in a message of at most `frameBytes` bytes. Extra members are ignored. */
export const readFrame = Effect.fnUntraced(function* (bytes: Buffer, encoding: Encoding) {
  const raw = yield* Effect.try({
    try: () => parsers[encoding](bytes),
    catch: () => malformed({ message: `it is not ${encoding}` })
  })
  const { type, topic, ref } = yield* decodeType(raw).pipe(Effect.mapError((error) => malformed(error)))
  const decode = decoders.get(type)
  if (decode !== undefined)
    return yield* decode(raw).pipe(Effect.mapError((error) => malformed(error, { type, topic, ref })))
  const detail = `There is no frame "${type.slice(0, 100)}". Send one of ${types.join(", ")}.`
  return yield* new FrameRefused({ code: "unknown_type", detail, ...(isRef(ref) && { ref }) })
})
