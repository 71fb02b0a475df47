/** What can be wrong with a Postgres, how it is brought about, and how to see that it really is so. */
import type { FrailPostgres } from "./frail-postgres.ts"
import type { startProxy } from "./delaying-proxy.ts"

export interface Parts {
  readonly postgres: FrailPostgres
  readonly proxy: Awaited<ReturnType<typeof startProxy>>
  readonly database: string
}

export interface Scenario {
  readonly name: string
  readonly begin: (parts: Parts) => Promise<void>
  readonly end: (parts: Parts) => Promise<void>
  /** What shows that the fault is there: seen from beside Switchboard. */
  readonly evidence: (parts: Parts) => Promise<string>
  /** Whether nothing can become durable meanwhile: then no 200 may leave, and /readyz must say so. */
  readonly isDown: boolean
  /** Whether answers take so much longer than a frame of the feed that a patch must come before its answer. */
  readonly delaysAnswers: boolean
}

const refusedWith = async (problem: Promise<string | null>, pattern: RegExp): Promise<string> => {
  const said = await problem
  if (said === null || !pattern.test(said)) throw new Error(`the fault is not there: a probe was told ${said}`)
  return said.split("\n")[0]!.slice(0, 90)
}

/** Milliseconds that each statement is held back. */
export const slowness = 200

export const scenarios: ReadonlyArray<Scenario> = [
  {
    name: "stopped",
    begin: ({ postgres }) => postgres.stop(),
    end: ({ postgres }) => postgres.start(),
    evidence: ({ postgres }) => refusedWith(postgres.problem("postgres"), /connect|closed|refused/i),
    isDown: true,
    delaysAnswers: true
  },
  {
    name: "slow",
    begin: async ({ proxy }) => proxy.slow(slowness),
    end: async ({ proxy }) => proxy.slow(0),
    evidence: async () => `${slowness} ms a statement`,
    isDown: false,
    delaysAnswers: true
  },
  {
    name: "out of connections",
    begin: async ({ postgres }) => void (await postgres.exhaust()),
    end: async ({ postgres }) => void (await postgres.release()),
    evidence: ({ postgres }) =>
      refusedWith(postgres.problem("postgres", "select 1", postgres.role), /too many connections/),
    isDown: true,
    delaysAnswers: true
  },
  {
    name: "read-only",
    begin: async ({ postgres, database }) =>
      void (await postgres.run(
        database,
        "alter system set default_transaction_read_only = on",
        "select pg_reload_conf()"
      )),
    end: async ({ postgres, database }) =>
      void (await postgres.run(
        database,
        "set transaction_read_only = off",
        "alter system reset default_transaction_read_only",
        "select pg_reload_conf()"
      )),
    evidence: ({ postgres, database }) =>
      refusedWith(postgres.problem(database, "create table probe (a int)"), /read-only/),
    isDown: true,
    delaysAnswers: true
  },
  {
    name: "disk full on the journal",
    begin: ({ postgres, database }) => postgres.fill(database),
    end: ({ postgres, database }) => postgres.empty(database),
    evidence: ({ postgres, database }) =>
      refusedWith(
        postgres.problem(
          database,
          "insert into journal select 'probe', n, now(), 'probe', convert_to(repeat('x', 7000), 'UTF8'), gen_random_uuid() from generate_series(1, 500) n"
        ),
        /No space left/
      ),
    isDown: true,
    delaysAnswers: true
  },
  {
    name: "only snapshots refused",
    begin: async ({ postgres, database }) =>
      void (await postgres.run(database, "alter table conversations add constraint refused check (false) not valid")),
    end: async ({ postgres, database }) =>
      void (await postgres.run(database, "alter table conversations drop constraint refused")),
    evidence: ({ postgres, database }) =>
      refusedWith(postgres.problem(database, "update conversations set seq = seq"), /refused/),
    isDown: false,
    delaysAnswers: false
  }
]
