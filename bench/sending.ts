/** The sender's process, as the scenarios use it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { cores, nodeOn } from "./cores.ts"

export interface Posting {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  /** Messages `from` to `from + count` of messages.ts, over so many chats. */
  readonly from: number
  readonly count: number
  readonly chats: number
}
export interface Posted {
  /** Answers a second. */
  readonly rate: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

export const startSender = () => {
  const [command, args] = nodeOn(cores.sender, [fileURLToPath(new URL("sender.ts", import.meta.url))])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  return {
    post: (posting: Posting): Promise<Posted> =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error("the sender ended"))
        child.once("exit", ended)
        child.once("message", (answer: { readonly posted?: Posted; readonly failure?: string }) => {
          child.off("exit", ended)
          if (answer.posted !== undefined) resolve(answer.posted)
          else reject(new Error(answer.failure))
        })
        child.send(posting)
      }),
    stop: () => void child.disconnect()
  }
}
export type Sender = ReturnType<typeof startSender>
