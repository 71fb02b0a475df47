/** Whose the open sockets are, so that no user and no tenant takes those of all others (I8). */
import type { FeedLimits } from "./limits.ts"
import type { FeedPass } from "./tokens.ts"

type Whose = Pick<FeedPass, "tenant" | "user_id">

export class Crowd {
  readonly #limits: Pick<FeedLimits, "sockets" | "userSockets">
  readonly #tenants = new Map<string, { sockets: number; readonly users: Map<string, number> }>()
  #sockets = 0

  constructor(limits: Pick<FeedLimits, "sockets" | "userSockets">) {
    this.#limits = limits
  }

  /**
   * Whether one more socket of this user may open. Up to half of the process's sockets go to whoever comes first; past that a
   * tenant gets an even share among those that have sockets, itself included.
   */
  hasRoomFor({ tenant, user_id }: Whose): boolean {
    const { sockets, userSockets } = this.#limits
    if (this.#sockets >= sockets) return false
    const own = this.#tenants.get(tenant)
    if ((own?.users.get(user_id) ?? 0) >= userSockets) return false
    if (this.#sockets < sockets / 2) return true
    const tenants = this.#tenants.size + (own === undefined ? 1 : 0)
    return (own?.sockets ?? 0) < sockets / tenants
  }

  add({ tenant, user_id }: Whose): void {
    const own = this.#tenants.get(tenant) ?? { sockets: 0, users: new Map<string, number>() }
    this.#tenants.set(tenant, own)
    this.#sockets++
    own.sockets++
    own.users.set(user_id, (own.users.get(user_id) ?? 0) + 1)
  }

  remove({ tenant, user_id }: Whose): void {
    const own = this.#tenants.get(tenant)
    if (own === undefined) return
    this.#sockets--
    own.sockets--
    const left = (own.users.get(user_id) ?? 1) - 1
    if (left > 0) own.users.set(user_id, left)
    else own.users.delete(user_id)
    if (own.sockets === 0) this.#tenants.delete(tenant)
  }
}
