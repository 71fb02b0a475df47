import { eventually } from "../../support/eventually.ts"
import { openAdministrator } from "../../support/administrator.ts"
import { type Fault, mustBe } from "../fault.ts"

/** Only cuts fail: somebody holds a lock on the table of conversations, as a long `alter table` does. */
export const cutLocked: Fault = {
  name: "cut locked",
  answers: "as ever",
  refusesQueries: true,
  strike: async ({ url }) => {
    const administrator = await openAdministrator(url)
    await administrator.ask("begin")
    await administrator.ask("lock table conversations in access exclusive mode")
    const waiting = async () => {
      const rows = await administrator.ask("select count(*)::integer as count from pg_locks where not granted")
      return rows[0]!["count"]
    }
    return {
      proof: async () => {
        // The next cut comes within its interval.
        const count = await eventually(waiting, (statements) => statements !== 0)
        return mustBe("statements that wait for the lock", count, /^[1-9]/)
      },
      heal: async () => {
        await administrator.ask("rollback")
        await administrator.close()
      }
    }
  }
}
