/** The map of the process: every layer, the outermost first; each stands on those below it. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { GroupCommit } from "../actors/journal/group-commit.ts"
import { ownerLayer } from "../actors/owner/local-owner.ts"
import { layerDatabase } from "../persistence/database/database.ts"
import { layer as persistence } from "../persistence/layer.ts"
import { layerMigrated } from "../persistence/database/migrated.ts"
import { Settings } from "./config.ts"
import { FeedServer } from "./feed/server.ts"
import { feedLimits } from "./feed/limits.ts"
import { PassGuard } from "./feed/pass-guard.ts"
import { FeedTokens } from "./feed/tokens.ts"
import { Front } from "./http/front.ts"
import { Keys } from "./http/keys.ts"
import { onePort } from "./http/one-port.ts"
import { serve } from "./http/server.ts"
import * as Delivery from "./outgoing/delivery.ts"
import { KeyRing } from "./secrets/key-ring.ts"
import { endInTime } from "./shutdown.ts"
import * as SyncWorker from "./sync/worker.ts"
import { welcome } from "./welcome.ts"

/** An actor that heard nothing for so long, in milliseconds, goes to sleep. */
const idle = 5 * 60_000
/** Events of all tenants that may wait to be durable: five full mailboxes. */
const events = 50_000

/** The whole service; fails when its settings, its database or its port cannot be used. */
export const switchboard = Layer.unwrap(
  Effect.map(Settings, (settings) => {
    const keys = KeyRing.layer(settings.encryptionKeys)
    const { mailboxLimit: mailbox, residentActors: residents, snapshotInterval } = settings
    return Layer.mergeAll(
      serve,
      welcome,
      Delivery.layer({ ...Delivery.deliveryDefaults, reach: settings.outgoingReach }),
      SyncWorker.layer(settings.outgoingReach)
    ).pipe(
      Layer.provideMerge(onePort(settings)),
      Layer.provide(Front.layer),
      Layer.provide(FeedServer.layer(feedLimits).pipe(Layer.provide(PassGuard.layer))),
      Layer.provide(Keys.layer),
      Layer.provide([FeedTokens.layer(settings.adminKey), keys]),
      Layer.provide(ownerLayer({ mailbox, events, snapshotInterval, idle, residents })),
      Layer.provide(KeyRing.resealing.pipe(Layer.provide(keys))),
      Layer.provideMerge(GroupCommit.layer),
      Layer.provide(persistence),
      Layer.provide(layerMigrated),
      Layer.provide(layerDatabase({ url: settings.databaseUrl, dataDir: settings.dataDir }))
    )
  })
).pipe(Layer.provideMerge(Settings.layer))

if (import.meta.main) {
  endInTime()
  Layer.launch(switchboard).pipe(NodeRuntime.runMain)
}
