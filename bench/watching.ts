/** The viewers' process, as the scenario uses it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { cores, nodeOn } from "./cores.ts"

export interface Watching {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of several users, by turns: one user may have so many sockets. */
  readonly feedUrls: ReadonlyArray<string>
  /** Socket n watches chat n. */
  readonly sockets: number
  /** Webhooks a second, and for how long. */
  readonly rate: number
  readonly seconds: number
  /** Number of the first message. */
  readonly from: number
}
export interface Watched {
  readonly sent: number
  /** Messages whose patch came. */
  readonly seen: number
  /** Webhooks that were not applied. */
  readonly failed: number
  /** Milliseconds from when a webhook was due to its patch. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export const watched = async (watching: Watching): Promise<Watched> => {
  const [command, args] = nodeOn(cores.sender, [fileURLToPath(new URL("viewers.ts", import.meta.url))])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  try {
    return await new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error("the viewers ended")))
      child.once("message", (answer: { readonly watched?: Watched; readonly failure?: string }) => {
        if (answer.watched !== undefined) resolve(answer.watched)
        else reject(new Error(answer.failure))
      })
      child.send(watching)
    })
  } finally {
    if (child.connected) child.disconnect()
  }
}
