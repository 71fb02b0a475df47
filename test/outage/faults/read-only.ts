import { failureOf, openAdministrator, terminate } from "../administrator.ts"
import { type Fault, mustBe } from "../fault.ts"

/** Everything can be read and nothing written, as on a server that lost its role. */
export const readOnly: Fault = {
  name: "read-only",
  answers: "wait",
  refusesQueries: true,
  logged: /25006/,
  strike: async ({ url }) => {
    const administrator = await openAdministrator(url)
    const set = async (value: string) => {
      await administrator.ask(`alter system set default_transaction_read_only = ${value}`)
      await administrator.ask("select pg_reload_conf()")
      await new Promise((resolve) => setTimeout(resolve, 100))
      await terminate(administrator)
    }
    await set("on")
    const failure = await failureOf(url, "create table forbidden ()")
    const proof = mustBe("a direct write", failure, /^25006$/)
    return {
      proof: `${proof}; ${mustBe("a direct read", await failureOf(url, "select 1"), /^none$/)}`,
      heal: async () => {
        await set("off")
        await administrator.close()
      }
    }
  }
}
