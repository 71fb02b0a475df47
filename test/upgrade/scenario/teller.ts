/** How the scenario talks to the server: every answer is what the scenario expects, or the writing of the fixture ends. */
import type { Server, Tenant } from "../../support/server.ts"
import { adminKey } from "../../support/server.ts"

type Outcome = "applied" | "duplicate" | "quarantined" | "waiting"

export const tellerOf = (server: Server, tenant: Tenant) => {
  const base = `/v1/tenants/${tenant.id}`
  const api = async (method: string, path: string, body?: unknown, status = 200, key = tenant.key): Promise<any> => {
    const answer = await server.call(method, base + path, key, body)
    if (answer.status !== status && !(status === 200 && answer.status === 201))
      throw new Error(`${method} ${base}${path} answered ${answer.status}: ${JSON.stringify(answer.json)}`)
    return answer.json
  }
  return {
    api,
    /** As the administrator. */
    admin: (method: string, path: string, body?: unknown) => api(method, path, body, 200, adminKey),
    /** A webhook of the provider. */
    hook: async (payload: unknown, outcome: Outcome = "applied"): Promise<void> => {
      const { status, json } = await server.webhook(tenant, payload)
      if (status !== 200 || json.outcome !== outcome)
        throw new Error(`${status} ${JSON.stringify(json)} for ${JSON.stringify(payload)}`)
    },
    /** A fact on the generic way in. */
    event: (body: object) => api("POST", "/events", body),
    /** Runs a task and waits for its end. */
    task: async (name: string): Promise<void> => {
      const ended = async () =>
        (await api("GET", "/schedule?limit=200")).runs.filter((run: any) => run.task === name).length
      const before = await ended()
      await api("POST", `/schedule/${name}/run`)
      while ((await ended()) === before) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    /** Waits until no task runs and none is due. */
    quiet: async (now: () => number): Promise<void> => {
      for (;;) {
        const { scheduler } = await api("GET", "/schedule")
        const tasks: ReadonlyArray<any> = Object.values(scheduler.tasks)
        if (tasks.every((task) => task.running === null && Date.parse(task.next_due) > now())) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
}
export type Teller = ReturnType<typeof tellerOf>
