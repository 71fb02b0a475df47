/**
 * The raw bodies of webhooks whose answers are outstanding (I8). A payload that is understood needs its bytes only if the journal
 * refuses its entry for good, to be kept in quarantine. While the journal is away thousands of answers wait, and a body may be a
 * thousand times what is understood of it: so there is a bound, and past it a body is let go as soon as it is understood.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"

/** Bytes that are held for answers that wait, over all tenants. */
const heldLimit = 64 * 1024 * 1024

/** A body; what is let go is empty. */
export interface RawBody {
  readonly bytes: Uint8Array
  readonly isKept: boolean
  /** Its answer has left: it takes no room any more. */
  release(): void
  /** Whoever else still points at the bytes, the request for instance, has nothing any more. */
  letGo(): void
}

export class RawBodies extends Context.Service<
  RawBodies,
  {
    /**
     * Holds a body until it is released, which its caller does once; `isKept` says whether there was room. A tenant may hold as
     * much as it leaves free, so that one whose answers wait does not take the room of the others.
     */
    hold(tenant: string, bytes: Uint8Array): RawBody
    /** The same until the scope closes. */
    holdScoped(tenant: string, bytes: Uint8Array): Effect.Effect<RawBody, never, Scope>
    /** Bytes that are held at this moment. */
    readonly held: Effect.Effect<number>
  }
>()("switchboard/webhooks/RawBodies") {
  static readonly layerWith = (limit: number) =>
    Layer.sync(RawBodies, () => {
      let held = 0
      const byTenant = new Map<string, number>()
      const count = (tenant: string, by: number): void => {
        held += by
        const own = (byTenant.get(tenant) ?? 0) + by
        if (own === 0) byTenant.delete(tenant)
        else byTenant.set(tenant, own)
      }
      const hold = (tenant: string, bytes: Uint8Array): RawBody => {
        const size = bytes.byteLength
        const isKept = (byTenant.get(tenant) ?? 0) + size <= limit - held - size
        if (isKept) count(tenant, size)
        return { bytes, isKept, release: () => void (isKept && count(tenant, -size)), letGo: () => empty(bytes) }
      }
      const holdScoped = (tenant: string, bytes: Uint8Array) =>
        Effect.acquireRelease(
          Effect.sync(() => hold(tenant, bytes)),
          (body) => Effect.sync(() => body.release())
        )
      return RawBodies.of({ hold, holdScoped, held: Effect.sync(() => held) })
    })

  static readonly layer = this.layerWith(heldLimit)
}

/** Gives the memory back at once; a small buffer shares its memory with others, and keeps it. */
const empty = ({ buffer, byteOffset, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) buffer.transfer(0)
}
