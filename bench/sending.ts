/** The sender's process, as the scenarios use it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { cores, nodeOn } from "./cores.ts"

export type What =
  /** Over so many chats of messages.ts, from number `first` on. */
  | { readonly type: "messages"; readonly chats: number; readonly first?: number }
  /** In the one group of so many members; `isTurned`: as messages.ts says. */
  | { readonly type: "group messages"; readonly members: number; readonly isTurned?: boolean }
  /** No webhook but a command for each chat: it changes the conversation and no row of a message. */
  | { readonly type: "priorities"; readonly priority: "normal" | "high" }

export interface Posting {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  /** Which of them: numbers `from` to `from + count`. */
  readonly from: number
  readonly count: number
  readonly what: What
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
