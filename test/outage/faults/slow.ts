import { ask } from "../../support/administrator.ts"
import { type Fault, mustBe } from "../fault.ts"

/** Milliseconds of every round trip. */
export const slowness = 200

/** Every round trip to Postgres takes 200 ms longer. */
export const slow: Fault = {
  name: "slow",
  answers: "late",
  throughProxy: true,
  refusesQueries: false,
  strike: async ({ proxy, url }) => {
    proxy.delay = slowness
    return {
      proof: async () => {
        const before = performance.now()
        await ask(url.replace(/:\d+\//, `:${proxy.port}/`), "select 1")
        const took = Math.round(performance.now() - before)
        return mustBe("connecting and select 1 through the proxy took ms", took, /^([4-9]\d\d|\d{4,})$/)
      },
      heal: async () => {
        proxy.delay = 0
      }
    }
  }
}
