/**
 * The place that a sealed value belongs to, as the associated data of its sealing: tenant, entity and field. A value that is
 * copied elsewhere opens nowhere.
 */
import { own } from "../../machines/own.ts"

/** The webhook secret before a rotation is the same value one field on, and stays good there. */
const sharing: Readonly<Record<string, string>> = { previous_webhook_secret: "webhook_secret" }

/** `kind` tenant has no id of its own beside the tenant's. */
export const sealedPlace = (tenant: string, kind: string, id: string, field: string): string => {
  const name = own(sharing, field) ?? field
  return kind === "tenant" ? `tenant:${tenant}:${name}` : `tenant:${tenant}:${kind}:${id}:${name}`
}

/** The endpoint that a tenant has without naming one. */
export const defaultEndpoint = "default"

/** The secret that announcements to an endpoint are signed with; it stands in the endpoint's row, no actor holds it. */
export const outgoingSecretPlace = (tenant: string, endpoint: string = defaultEndpoint): string =>
  sealedPlace(
    tenant,
    "tenant",
    tenant,
    endpoint === defaultEndpoint ? "outgoing_secret" : `outgoing_secret:${endpoint}`
  )
