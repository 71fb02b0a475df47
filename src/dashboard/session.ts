/**
 * Who is signed in: a tenant's key, kept for this tab only, and the name under which others see this window. A key may come
 * in the page's fragment, which browsers never send: the first start prints such an address for the demo tenant.
 */

export interface Session {
  readonly key: string
  readonly tenant: string
  readonly user: { readonly id: string; readonly name: string }
}

const keyShape = /^sb_([a-z0-9][a-z0-9-]{0,62})_[A-Za-z0-9_-]{43}$/
const keyName = "switchboard.key"
const userName = "switchboard.user"
/** Only the demo's key is taken from an address: a link must not sign anybody in to a tenant that matters. */
const inFragment = /^#key=(sb_demo_[A-Za-z0-9_-]{43})$/

/** The tenant in a key; null for what is none. */
export const tenantOf = (key: string): string | null => keyShape.exec(key)?.[1] ?? null

const newUser = (name: string | null) => {
  const id = `dashboard-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`
  return { id, name: name?.trim() || `Guest ${id.slice(-3).toUpperCase()}` }
}

const sessionWith = (key: string, name: string | null): Session | null => {
  const tenant = tenantOf(key)
  if (tenant === null) return null
  const kept = sessionStorage.getItem(userName)
  const user = name === null && kept !== null ? (JSON.parse(kept) as Session["user"]) : newUser(name)
  return { key, tenant, user }
}

/** Takes the key out of the address, or the one that this tab has; null: somebody has to sign in. */
export const restored = (): Session | null => {
  const given = inFragment.exec(location.hash)?.[1]
  if (given !== undefined) {
    // Out of the address before anything else: it should not stand in the history.
    history.replaceState(null, "", `${location.pathname}${location.search}#/inbox`)
    return kept(sessionWith(given, null))
  }
  const key = sessionStorage.getItem(keyName)
  return key === null ? null : kept(sessionWith(key, null))
}

/** Signs this tab in; null for what is no tenant's key. */
export const signedIn = (key: string, name: string): Session | null => kept(sessionWith(key.trim(), name))

const kept = (session: Session | null): Session | null => {
  if (session === null) return null
  sessionStorage.setItem(keyName, session.key)
  sessionStorage.setItem(userName, JSON.stringify(session.user))
  return session
}

export const signOut = (): void => sessionStorage.removeItem(keyName)
