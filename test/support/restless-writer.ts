/**
 * A process that is meant to be killed: opens the embedded database in the directory of its first argument, says what it
 * found, then writes journal entries and cuts without end and says which seq was acknowledged.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { layerDatabase } from "../../persistence/database/database.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { layer } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"

const tell = (message: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(message)}\n`)
const tenant_id = "acme"
const conversations = Array.from({ length: 200 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`)

const write = Effect.gen(function* () {
  const journal = yield* Journal
  const snapshots = yield* Snapshots
  const head = yield* journal.head(tenant_id)
  const checkpoint = yield* snapshots.checkpoint(tenant_id)
  const entries = yield* journal.read(tenant_id, 0, 1_000_000, Number.MAX_SAFE_INTEGER)
  const cut: Record<string, number> = {}
  for (const { internals } of yield* Stream.runCollect(snapshots.loadAll(tenant_id, "conversation"))) {
    const seq = Buffer.from(internals).toString()
    cut[seq] = (cut[seq] ?? 0) + 1
  }
  tell({ head, checkpoint, entries: entries.length, cut })
  for (let seq = head + 1; ; seq++) {
    yield* journal.append([{ tenant_id, seq, at: seq, kind: "task_requested", body: Buffer.alloc(500, seq % 256) }])
    tell({ acknowledged: seq })
    if (seq % 5 !== 0) continue
    const internals = Buffer.from(String(seq))
    const rows = conversations.map((id) => ({ id, machine_state: "open", internals, fields: { channel_id: id } }))
    yield* snapshots.write({
      tenant_id,
      seq,
      at: seq,
      entities: { conversation: rows },
      members: [],
      messages: [],
      read_horizons: []
    })
  }
})

await write.pipe(
  Effect.provide(
    layer.pipe(
      Layer.provideMerge(layerMigrated),
      Layer.provideMerge(layerDatabase({ url: Option.none(), dataDir: process.argv[2]! }))
    )
  ),
  Effect.runPromise
)
