import { failureOf, openAdministrator, terminate } from "../../support/administrator.ts"
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
    return {
      proof: async () => {
        const written = mustBe("a direct write", await failureOf(url, "create table forbidden ()"), /^25006$/)
        return `${written}; ${mustBe("a direct read", await failureOf(url, "select 1"), /^none$/)}`
      },
      heal: async () => {
        await set("off")
        await administrator.close()
      }
    }
  }
}
