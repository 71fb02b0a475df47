import { failureOf } from "../../support/administrator.ts"
import { type Fault, mustBe } from "../fault.ts"

/** The server process of Postgres is stopped and started again later. */
export const stopped: Fault = {
  name: "stopped",
  answers: "wait",
  refusesQueries: true,
  strike: async ({ postgres, url }) => {
    await postgres.halt()
    return {
      proof: async () => mustBe("a direct connection", await failureOf(url, "select 1"), /^ECONNREFUSED$/),
      heal: postgres.resume
    }
  }
}
