/** The process of viewers that only count, as the scenarios use it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { cores, nodeOn } from "./cores.ts"
import type { Switchboard } from "./target.ts"

export interface Opening {
  /** Addresses with a token of each user, taken by turns: one user may have so many sockets. */
  readonly urls: ReadonlyArray<string>
  /** What every socket watches. */
  readonly topics: ReadonlyArray<string>
  readonly count: number
}
export type ReceiverOrder = ({ readonly type: "open" } & Opening) | { readonly type: "count" }
/** Over all sockets, since they were opened. */
export interface Tally {
  readonly frames: number
  readonly bytes: number
  readonly open: number
}

/** Sockets of one user, fewer than the feed allows one. */
const perUser = 100

/** Addresses of the feed for so many sockets. */
export const feedUrls = (ours: Switchboard, sockets: number): Promise<ReadonlyArray<string>> =>
  Promise.all(
    Array.from({ length: Math.ceil(sockets / perUser) }, async (_, n) => {
      const { token } = await ours.call("POST", "/feed-tokens", { user_id: `viewer-${n}`, ttl_s: 86_400 })
      return `${ours.server.url.replace("http", "ws")}/v1/feed?token=${token}`
    })
  )

export const startReceivers = () => {
  const [command, args] = nodeOn(cores.sender, [fileURLToPath(new URL("receivers.ts", import.meta.url))])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  const ask = (order: ReceiverOrder): Promise<Tally> =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error("the viewers ended"))
      child.once("exit", ended)
      child.once("message", (answer: { readonly tally?: Tally; readonly failure?: string }) => {
        child.off("exit", ended)
        if (answer.tally !== undefined) resolve(answer.tally)
        else reject(new Error(answer.failure))
      })
      child.send(order)
    })
  return {
    /** Further sockets; ready when each has the state of every topic. */
    open: (opening: Opening): Promise<Tally> => ask({ type: "open", ...opening }),
    count: (): Promise<Tally> => ask({ type: "count" }),
    stop: () => void child.disconnect()
  }
}
export type Receivers = ReturnType<typeof startReceivers>
