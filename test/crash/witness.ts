/**
 * Looks at the tables while the server writes them: whatever instant a reader or a kill -9 finds, no actor's row is past the
 * checkpoint (I5), and the checkpoint is not past the journal (I6). One statement sees one state of the database.
 */
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { setTimeout as sleep } from "node:timers/promises"
import type { DatabaseOptions } from "../../persistence/database/database.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { entityTables } from "../../persistence/database/tables.ts"

interface Seen {
  readonly tenant_id: string
  readonly rows: bigint
  readonly checkpoint: bigint
  readonly journal: bigint
}

const question = `
  select tenant_id,
    (select coalesce(max(seq), 0) from (${Object.values(entityTables)
      .map(({ table }) => `select tenant_id, seq from ${table}`)
      .join(" union all ")}) actor where actor.tenant_id = tenant.tenant_id) as rows,
    coalesce((select seq from checkpoints where checkpoints.tenant_id = tenant.tenant_id), 0) as checkpoint,
    coalesce((select max(seq) from journal where journal.tenant_id = tenant.tenant_id), 0) as journal
  from (select distinct tenant_id from journal) tenant`

/** What is wrong with it; one line each. */
const wrongIn = (seen: ReadonlyArray<Seen>): ReadonlyArray<string> =>
  seen.flatMap(({ tenant_id, rows, checkpoint, journal }) => [
    ...(rows > checkpoint ? [`an actor of ${tenant_id} is written at ${rows}, past its checkpoint ${checkpoint}`] : []),
    ...(checkpoint > journal ? [`the checkpoint of ${tenant_id} is ${checkpoint}, its journal ends at ${journal}`] : [])
  ])

const open = (options: DatabaseOptions) => ManagedRuntime.make(layerDatabase(options))

const ask = Effect.flatMap(SqlClient, (sql) => sql.unsafe<Seen>(question)).pipe(Effect.map(wrongIn))

export class Witness {
  /** How often somebody looked. */
  looks = 0
  readonly #options: DatabaseOptions
  /** The embedded database has one owner: it can be read only while the server is dead. */
  readonly #beside: ReturnType<typeof open> | null
  readonly #wrong = new Set<string>()

  constructor(options: DatabaseOptions) {
    this.#options = options
    this.#beside = Option.isSome(options.url) ? open(options) : null
  }

  /** Reads without a pause until `isOver`. */
  async watch(isOver: () => boolean): Promise<void> {
    if (this.#beside === null) return
    while (!isOver()) {
      this.#note(await this.#beside.runPromise(ask))
      await sleep(1)
    }
  }

  /** For so many milliseconds nothing can be journaled, while cuts still can be written. Whether that was done. */
  async holdJournal(milliseconds: number): Promise<boolean> {
    if (this.#beside === null) return false
    await this.#beside.runPromise(
      Effect.flatMap(SqlClient, (sql) =>
        sql.withTransaction(
          Effect.andThen(
            sql`lock table journal in share mode`,
            Effect.promise(() => sleep(milliseconds))
          )
        )
      )
    )
    return true
  }

  /** What the dead process left behind. */
  async afterDeath(): Promise<void> {
    const runtime = this.#beside ?? open(this.#options)
    try {
      this.#note(await runtime.runPromise(ask))
    } finally {
      if (this.#beside === null) await runtime.dispose()
    }
  }

  /** Everything wrong that was seen since the last call. */
  take(): ReadonlyArray<string> {
    const wrong = [...this.#wrong]
    this.#wrong.clear()
    return wrong
  }

  async close(): Promise<void> {
    await this.#beside?.dispose()
  }

  #note(wrong: ReadonlyArray<string>): void {
    this.looks++
    for (const line of wrong) this.#wrong.add(line)
  }
}
