/** The HTTP API with a session's key. By the browser's own fetch: the dashboard loads no Effect. */
import type { Session } from "./session.ts"

/** The server said no; `status` 0: it did not answer. */
export class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export class Api {
  readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  get<T>(path: string): Promise<T> {
    return this.ask<T>("GET", path)
  }

  /** `path` is below the tenant; the answer's JSON. Throws Refusal. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { key, tenant } = this.session
    const response = await fetch(`./v1/tenants/${tenant}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }).catch(() => {
      throw new Refusal(0, "The server does not answer.")
    })
    const json = await response.json().catch(() => ({}))
    if (!response.ok) throw new Refusal(response.status, json.detail ?? `The server answered ${response.status}.`)
    return json as T
  }

  /** A token for the feed; null when the key opens nothing (any more), so that the client stays closed. */
  readonly feedToken = async (): Promise<string | null> => {
    const { id, name } = this.session.user
    try {
      const wish = { user_id: id, name, topics: ["*", "ops"] }
      return (await this.ask<{ readonly token: string }>("POST", "/feed-tokens", wish)).token
    } catch (error) {
      if (error instanceof Refusal && [401, 403, 404].includes(error.status)) return null
      throw error
    }
  }
}
