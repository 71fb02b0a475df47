/** Plays the demo against a running server, through the endpoints that a provider and a CRM use. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Step } from "./scenario.ts"

export interface Stage {
  /** Of the server, without a trailing slash. */
  readonly url: string
  readonly tenant: string
  readonly api_key: string
  readonly webhook_secret: string
}

export interface Pace {
  /** How many times faster than life. */
  readonly speed: number
  /** Hears of every step that was taken; `status` is the answer's. */
  readonly heard?: (step: Step, status: number) => void
  readonly signal?: AbortSignal
}

/** A server that is away or full is asked again so often, a second apart; then the demo ends. */
const patience = 20

/** The server stayed away, or did not take what it should. */
export class DemoStopped extends Error {}

/** Ends when the last step was taken. Throws DemoStopped; an AbortError when `signal` says so. */
export const play = async (stage: Stage, steps: ReadonlyArray<Step>, { speed, heard, signal }: Pace): Promise<void> => {
  const began = performance.now()
  for (const step of steps) {
    const wait = began + step.at / speed - performance.now()
    if (wait > 0) await sleep(wait, undefined, { signal })
    const status = await take(stage, step, signal)
    heard?.(step, status)
  }
}

const take = async (stage: Stage, step: Step, signal: AbortSignal | undefined): Promise<number> => {
  for (let attempt = 0; attempt < patience; attempt++) {
    const response = await ask(stage, step, signal)
    if (response === null || response.status === 503) {
      await sleep(1_000, undefined, { signal })
      continue
    }
    const text = await response.text()
    if (response.status === 401 || response.status === 403) throw new DemoStopped(`${step.path}: ${text}`)
    return response.status
  }
  throw new DemoStopped(`${stage.url} did not take it in ${patience} attempts: ${step.says}`)
}

const ask = async ({ url, tenant, api_key, webhook_secret }: Stage, step: Step, signal: AbortSignal | undefined) => {
  const proof: Record<string, string> =
    step.as === "provider" ? { "unipile-auth": webhook_secret } : { authorization: `Bearer ${api_key}` }
  try {
    return await fetch(`${url}/v1/tenants/${tenant}${step.path}`, {
      method: step.method,
      headers: { ...proof, "content-type": "application/json" },
      body: JSON.stringify(step.body(Date.now())),
      ...(signal === undefined ? {} : { signal })
    })
  } catch (error) {
    if (signal?.aborted) throw error
    return null
  }
}
