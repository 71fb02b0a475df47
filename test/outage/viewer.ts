/** A browser with the inbox open: what it was told, and when. */
import { WebSocket } from "ws"
import type { Server, Tenant } from "../support/server.ts"

export const openViewer = async (server: Server, tenant: Tenant) => {
  const { json } = await server.call("POST", `/v1/tenants/${tenant.id}/feed-tokens`, tenant.key, { user_id: "viewer" })
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`)
  let unread = 0
  let closed: number | null = null
  const patches: Array<number> = []
  const opened = new Promise<void>((resolve, reject) => {
    socket.once("error", reject)
    socket.once("open", () => socket.send(JSON.stringify({ type: "subscribe", topic: "inbox" })))
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString())
      if (frame.type === "snapshot") {
        unread = frame.state.totals.unread_count
        resolve()
      }
      if (frame.type !== "patch") return
      patches.push(performance.now())
      unread = frame.changes.totals?.unread_count ?? unread
    })
  })
  socket.on("close", (code) => (closed = code))
  await opened
  return {
    /** Unread messages as the browser shows them now. */
    get unread() {
      return unread
    },
    /** The code with which the socket was closed, or null. */
    get closed() {
      return closed
    },
    patchesBetween: (from: number, to: number): number => patches.filter((at) => at >= from && at <= to).length,
    close: () => socket.close()
  }
}
export type Viewer = Awaited<ReturnType<typeof openViewer>>
