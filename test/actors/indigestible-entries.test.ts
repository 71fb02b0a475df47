import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { startProcess } from "../support/process.ts"

const start = Date.UTC(2026, 4, 4)

describe.each(databases)("on $name", (database) => {
  test("a journal entry that cannot be applied is kept once, however often the tenant comes into memory (I9)", async () => {
    const { options, close } = await database.make()
    const kept = SqlClient.use(
      (sql) => sql<{ reason: string }>`select reason from quarantine where tenant_id = 'acme' and source = 'journal'`
    )
    const first = startProcess(options)
    await first.found(start)
    await first.run(
      SqlClient.use(
        (sql) => sql`
          insert into journal (tenant_id, seq, at, kind, body, writer)
          select 'acme', max(seq) + 1, now(), 'nonsense', '\\xc1', gen_random_uuid() from journal`
      )
    )
    await first.close()
    const checkpoint = SqlClient.use((sql) => sql<{ seq: bigint }>`select seq from checkpoints`)
    for (let loads = 0; loads < 2; loads++) {
      const again = startProcess(options)
      const [rows, cut] = await again.run(Effect.all([kept, checkpoint]))
      expect(rows).toMatchObject([{ reason: expect.stringMatching(/^journal entry 3: /) }])
      // The entry is read again by the next: no cut has passed it.
      expect(Number(cut[0]!.seq)).toBe(2)
      await again.close()
    }
    await close()
  }, 120_000)
})
