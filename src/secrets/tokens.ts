/**
 * Tokens of accounts at the edge: sealed before anything of ours sees them, opened only for a reader who is written down first
 * (CONTRACT 2.2 store_tokens, get_decrypted_token). Who may read is the business of src/http/access.ts.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import type { ActorUnknown, SubmitError } from "../../actors/errors.ts"
import { sealedPlace } from "../../actors/sealed/sealed-place.ts"
import { TenantOwner, type Unreached } from "../../actors/owner/owner.ts"
import type { Once } from "../../machines/events.ts"
import { Audit } from "../../persistence/registers/audit.ts"
import type { Unsealable } from "./key-ring.ts"
import { KeyRing } from "./key-ring.ts"
import type { Answer } from "../../actors/turn/outcome.ts"

/** What is to be stored. Absent or null keeps what is there. */
export interface GivenTokens {
  readonly access_token?: string | null | undefined
  readonly refresh_token?: string | null | undefined
  /** Seconds from now. */
  readonly expires_in?: number | null | undefined
}

export type TokenName = "access" | "refresh"

export class Tokens extends Context.Service<
  Tokens,
  {
    /** Seals and stores; `connection` is our id or the account id. `once`: the Idempotency-Key of what brought them. */
    store(tenant: string, connection: string, tokens: GivenTokens, once?: Once): Effect.Effect<Answer, SubmitError>
    /** Opens a token for `reader`, after the reading is in the audit trail; null when there is none. */
    read(
      tenant: string,
      connection: string,
      token: TokenName,
      reader: string
    ): Effect.Effect<Redacted.Redacted | null, Unreached | ActorUnknown | Unsealable | SqlError>
  }
>()("switchboard/secrets/Tokens") {
  static readonly layer = Layer.effect(
    Tokens,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const ring = yield* KeyRing
      const audit = yield* Audit

      const store = Effect.fn("Tokens.store")(function* (
        tenant: string,
        connection: string,
        tokens: GivenTokens,
        once?: Once
      ) {
        const view = yield* owner.view(tenant, "connection", connection)
        const received = yield* Clock.currentTimeMillis
        const sealed = (field: string, token: string | null | undefined) =>
          token === null || token === undefined
            ? null
            : ring.seal(Redacted.make(token), sealedPlace(tenant, "connection", view["id"] as string, field))
        const { expires_in = null } = tokens
        return yield* owner.submit(tenant, {
          type: "tokens_stored",
          received,
          via: "api",
          account_id: view["account_id"] as string,
          access_token: sealed("access_token", tokens.access_token),
          refresh_token: sealed("refresh_token", tokens.refresh_token),
          token_expires_at: expires_in === null ? null : received + expires_in * 1000,
          ...(once === undefined ? {} : { once })
        })
      })

      const read = Effect.fn("Tokens.read")(function* (
        tenant: string,
        connection: string,
        token: TokenName,
        reader: string
      ) {
        const field = `${token}_token`
        const { id, sealed, place, seq } = yield* owner.sealed(tenant, "connection", connection, field)
        const opened = sealed === null ? null : yield* ring.open(sealed, place)
        const shown = sealed === null ? null : "••••"
        yield* audit.add(tenant, [
          {
            id: randomUUID(),
            at: yield* Clock.currentTimeMillis,
            seq,
            actor: reader,
            action: "token_read",
            entity_kind: "connection",
            entity_id: id,
            field,
            old: shown,
            new: shown
          }
        ])
        return opened
      })

      return Tokens.of({ store, read })
    })
  )
}
