/** The process that posts at a fixed rate, as the scenarios use it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { cores, nodeOn } from "./cores.ts"

export interface AtRate {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Webhooks a second. */
  readonly rate: number
  /** Number of the first message, and over how many chats they go. */
  readonly from: number
  readonly chats: number
}
export interface Heard {
  /** When each was due, epoch milliseconds, and how long after that its answer came. */
  readonly answers: ReadonlyArray<{ readonly due: number; readonly ms: number }>
  readonly sent: number
  /** Webhooks that were not applied. */
  readonly failed: number
}

/** Posts for as long as `during` takes. */
export const postedAtRate = async (atRate: AtRate, during: () => Promise<unknown>): Promise<Heard> => {
  const [command, args] = nodeOn(cores.sender, [fileURLToPath(new URL("open-loop.ts", import.meta.url))])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  try {
    const heard = new Promise<Heard>((resolve, reject) => {
      child.once("exit", () => reject(new Error("the sender ended")))
      child.once("message", (answer: { readonly heard?: Heard; readonly failure?: string }) => {
        if (answer.heard !== undefined) resolve(answer.heard)
        else reject(new Error(answer.failure))
      })
    })
    child.send(atRate)
    // Where the sender fails meanwhile, that is what went wrong.
    await Promise.race([during(), heard])
    child.send("stop")
    return await heard
  } finally {
    if (child.connected) child.disconnect()
  }
}
