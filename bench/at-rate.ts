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

type Said = "begun" | { readonly heard: Heard } | { readonly failure: string }

/** Posts for as long as `during` takes, which begins with the first webhook. */
export const postedAtRate = async (atRate: AtRate, during: () => Promise<unknown>): Promise<Heard> => {
  const [command, args] = nodeOn(cores.sender, [fileURLToPath(new URL("open-loop.ts", import.meta.url))])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  try {
    return await new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error("the sender ended")))
      child.on("message", (said: Said) => {
        if (said === "begun") during().then(() => child.send("stop"), reject)
        else if ("heard" in said) resolve(said.heard)
        else reject(new Error(said.failure))
      })
      child.send(atRate)
    })
  } finally {
    if (child.connected) child.disconnect()
  }
}
