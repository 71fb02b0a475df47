/**
 * A made-up UniPile on 127.0.0.1: the documented REST shapes, page by page, and whatever can go wrong on the way. What goes wrong is
 * told by the test, request by request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import type { Account, Thing } from "./content.ts"

/** What happens to one request instead of, or before, its answer. */
export type Mishap =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | { readonly wait: number }
  | "cut short"
  | "hang up"

export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
  /** How many requests came before. */
  readonly n: number
}

export interface Options {
  readonly api_key: string
  readonly accounts: ReadonlyArray<Account>
  /** Says what goes wrong with a request; null: nothing. */
  mishap?(asked: Asked): Mishap | null
  /** Replaces a list's page before it leaves. */
  page?(asked: Asked, page: Thing): Thing
}

const nothing = { type: "errors/resource_not_found", status: 404 }

export const startUniPile = async (options: Options) => {
  const asked: Array<Asked> = []
  let { mishap, page } = options

  const accountOf = (id: string | null) => options.accounts.find(({ account }) => account["id"] === id)
  const chats = () => options.accounts.flatMap((account) => account.chats)

  /** A page of things; the cursor is where the next begins. */
  const listed = (all: ReadonlyArray<Thing>, query: URLSearchParams, time?: string): Thing => {
    const after = query.get("after")
    const left = after === null || time === undefined ? all : all.filter((each) => String(each[time]) > after)
    const from = Number(query.get("cursor") ?? "0")
    const limit = Number(query.get("limit") ?? "100")
    const items = left.slice(from, from + limit)
    return { object: "List", items, cursor: from + limit < left.length ? String(from + limit) : null }
  }

  /** What stands at a path; null: nothing. */
  const found = (path: string, query: URLSearchParams): Thing | null => {
    const [, kind, id, part] = path.split("/").map(decodeURIComponent)
    if (kind === "accounts") {
      if (id === undefined)
        return listed(
          options.accounts.map(({ account }) => account),
          query
        )
      return accountOf(id)?.account ?? null
    }
    if (kind === "emails") return listed(mailsOf(query), query, "date")
    if (kind === "chat_attendees") {
      const account = accountOf(query.get("account_id"))
      const inChats = account?.chats ?? []
      if (id === undefined) {
        const all = inChats.flatMap(({ attendees }) => attendees.slice(1))
        return listed(all, query)
      }
      return listed(
        inChats.filter(({ attendees }) => attendees.some((each) => each["id"] === id)).map(({ chat }) => chat),
        query
      )
    }
    if (kind !== "chats") return null
    if (id === undefined) {
      const all = accountOf(query.get("account_id"))?.chats.map(({ chat }) => chat) ?? []
      return listed(
        all.toSorted((a, b) => (a["timestamp"] < b["timestamp"] ? 1 : -1)),
        query,
        "timestamp"
      )
    }
    const chat = chats().find((each) => each.chat["id"] === id)
    if (chat === undefined) return null
    if (part === "messages") return listed(chat.messages, query, "timestamp")
    return part === "attendees" ? listed(chat.attendees, query) : chat.chat
  }

  const mailsOf = (query: URLSearchParams): ReadonlyArray<Thing> => {
    const address = query.get("any_email")
    const all = accountOf(query.get("account_id"))?.mails ?? []
    return address === null ? all : all.filter((mail) => JSON.stringify(mail).includes(address))
  }

  const answer = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers })
    response.end(JSON.stringify(body))
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://unipile")
    const one: Asked = { path: url.pathname.replace(/^\/api\/v1/, ""), query: url.searchParams, n: asked.length }
    asked.push(one)
    if (request.headers["x-api-key"] !== options.api_key)
      return answer(response, 401, { type: "errors/missing_credentials", status: 401 })
    const wrong = mishap?.(one) ?? null
    if (wrong === "hang up") return void request.socket.destroy()
    if (wrong !== null && typeof wrong === "object" && "status" in wrong)
      return answer(response, wrong.status, wrong.body ?? { status: wrong.status }, { ...wrong.headers })
    if (wrong !== null && typeof wrong === "object") await new Promise((resume) => setTimeout(resume, wrong.wait))
    const there = found(one.path, one.query)
    if (there === null) return answer(response, 404, nothing)
    const shown = "items" in there ? (page?.(one, there) ?? there) : there
    if (wrong !== "cut short") return answer(response, 200, shown)
    const text = JSON.stringify(shown)
    response.writeHead(200, { "content-type": "application/json" })
    response.end(text.slice(0, Math.floor(text.length / 2)))
  }

  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Every request so far. */
    asked: asked as ReadonlyArray<Asked>,
    /** Something else goes wrong from now on. */
    now: (next: Pick<Options, "mishap" | "page">): void => {
      mishap = next.mishap
      page = next.page
    },
    close: async (): Promise<void> => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
  }
}
export type UniPileServer = Awaited<ReturnType<typeof startUniPile>>
