/** A secret of the tenant under another key. */
import type { Draft } from "../draft.ts"
import type { SecretResealed } from "../events.ts"
import type { TenantFields } from "./fields.ts"
import { own } from "../own.ts"

/** Whatever holds the value that was sealed again; a secret that was rotated meanwhile stays. */
export const secretResealed = (d: Draft<TenantFields & { readonly id: string }>, event: SecretResealed): void => {
  const held = own(d.context as unknown as Record<string, unknown>, event.field)
  if (held === event.from) d.set({ [event.field]: event.to })
}
