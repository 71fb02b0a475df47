import { type Fault, mustBe } from "../fault.ts"

/** Connections stay open and nothing answers any more, as when a machine or a network dies without a word. */
export const silent: Fault = {
  name: "silent",
  answers: "wait",
  throughProxy: true,
  refusesQueries: true,
  strike: async ({ proxy }) => {
    const before = proxy.touched()
    proxy.isSilent = true
    return {
      proof: async () => {
        await new Promise((resolve) => setTimeout(resolve, 500))
        return mustBe("portions swallowed within 500 ms", proxy.touched() - before, /^[1-9]/)
      },
      heal: async () => {
        proxy.isSilent = false
        proxy.cut()
      }
    }
  }
}
