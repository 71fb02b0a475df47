import { type Administrator, failureOf, openAdministrator, terminate } from "../../support/administrator.ts"
import { type Fault, mustBe } from "../fault.ts"

/** Others take every connection that Postgres has, and those of Switchboard end. */
export const outOfConnections: Fault = {
  name: "out of connections",
  answers: "wait",
  refusesQueries: true,
  logged: /53300/,
  strike: async ({ url }) => {
    const first = await openAdministrator(url)
    const taken: Array<Administrator> = []
    const takeAll = async () => {
      for (;;) {
        try {
          taken.push(await openAdministrator(url))
        } catch {
          return
        }
      }
    }
    let ended = 0
    // Switchboard connects again as fast as it can: its places are taken one by one, until for a while nothing of it is left.
    for (let quiet = 0; quiet < 3;) {
      await takeAll()
      const now = await terminate(first)
      ended += now
      quiet = now === 0 ? quiet + 1 : 0
      if (now === 0) await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return {
      proof: async () =>
        `${mustBe("a direct connection", await failureOf(url, "select 1"), /^53300$/)}; ${ended} connections of ours ended`,
      heal: async () => {
        await Promise.all(taken.map((each) => each.close()))
        await first.close()
      }
    }
  }
}
