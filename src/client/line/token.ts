/** Feed tokens as the client sees them: where they come from, and until when they are good. */

/**
 * A token, or what fetches one: called for the first socket, shortly before a token expires, and after one was refused.
 * Null says that this user gets none any more: the client stays closed.
 */
export type TokenSource = string | (() => Promise<string | null>)

/** A token with less life than this on arrival is not renewed early: then one of the two clocks is wrong. */
const shortestLife = 10_000

/** When a token says that it expires, epoch milliseconds of the server's clock; null when it cannot be read. */
export const expiryOf = (token: string): number | null => {
  try {
    const payload = token.split(".")[0]!.replaceAll("-", "+").replaceAll("_", "/")
    const { expires_at } = JSON.parse(atob(payload)) as { readonly expires_at?: unknown }
    return typeof expires_at === "number" ? expires_at : null
  } catch {
    return null
  }
}

/** Milliseconds from `now` after which a token that just arrived is to be renewed; null: wait until it is refused. */
export const renewalIn = (token: string, now: number, margin: number): number | null => {
  const life = (expiryOf(token) ?? 0) - now
  return life < shortestLife ? null : life - Math.min(margin, life / 5)
}
