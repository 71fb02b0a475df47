/** The inside of one process without its HTTP edge: an owner on a database, in a runtime of its own. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { SqlClient } from "effect/sql/SqlClient"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { ownerLayer } from "../../actors/owner/local-owner.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { ShellOptions } from "../../actors/owner/shell.ts"
import type { Event } from "../../machines/events.ts"
import type { DatabaseOptions } from "../../persistence/database/database.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { layer as persistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { fixtureAccount } from "./fixtures.ts"

const patient: ShellOptions = { mailbox: 10_000, snapshotInterval: "1 hour", idle: 3_600_000, residents: 10_000 }

interface Changes {
  readonly options?: Partial<ShellOptions>
  /** Stands around the journal; the real one is behind it. */
  readonly journal?: (real: Journal["Service"]) => Journal["Service"]
  /** Provided to everything, the database included. */
  readonly around?: Layer.Layer<never>
}

/** Starts it. `acme` does things as the tenant of that name. */
export const startProcess = (database: DatabaseOptions, { options, journal, around }: Changes = {}) => {
  const seen = Layer.effect(Journal, Effect.map(Journal, journal ?? ((real) => real))).pipe(
    Layer.provide(Journal.layer)
  )
  const layer = ownerLayer({ ...patient, ...options }).pipe(
    Layer.provide(GroupCommit.layer.pipe(Layer.provide(seen))),
    Layer.provide(persistence),
    Layer.provide(layerMigrated),
    Layer.provideMerge(layerDatabase(database)),
    Layer.provide(around ?? Layer.empty)
  )
  const runtime = ManagedRuntime.make(layer)
  const run = <A>(effect: Effect.Effect<A, any, TenantOwner | SqlClient>): Promise<A> => runtime.runPromise(effect)
  return {
    run,
    close: () => runtime.dispose(),
    /** The tenant acme, with the fixtures' WhatsApp account. */
    found: (received: number) =>
      run(
        TenantOwner.use((owner) =>
          Effect.andThen(owner.create("acme", "Acme", "sealed"), owner.submit("acme", registered(received)))
        )
      ),
    submit: (event: Event) => run(TenantOwner.use((owner) => owner.submit("acme", event))),
    view: (chat: string) => run(TenantOwner.use((owner) => owner.view("acme", "conversation", chat)))
  }
}
export type Process = ReturnType<typeof startProcess>

/** The registration of the fixtures' account. */
const registered = (received: number): Event => ({
  type: "connection_registered",
  account_id: fixtureAccount,
  channel_type: "whatsapp",
  account_name: "Support",
  user_id: "user-1",
  connection_config: {},
  provider_config: {},
  is_active: null,
  received,
  via: "api"
})
