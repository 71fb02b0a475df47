/** Which tenants have registered an account: kept in memory from all registrations, so that one shared webhook finds its tenant. */
export class AccountIndex {
  readonly #tenants = new Map<string, ReadonlyArray<string>>()

  add(account_id: string, tenant: string): void {
    const known = this.#tenants.get(account_id) ?? []
    if (!known.includes(tenant)) this.#tenants.set(account_id, [...known, tenant])
  }

  /** Usually one; the same account may be registered by several. */
  tenantsOf(account_id: string): ReadonlyArray<string> {
    return this.#tenants.get(account_id) ?? []
  }
}
