/** What stands in paths and queries. */
import * as Schema from "effect/Schema"

/** A tenant's id: lower-case letters, digits and hyphens, a letter or digit first, at most 63. */
export const Tenant = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,62}$/, { message: "must match ^[a-z0-9][a-z0-9-]{0,62}$" })
)
/** Ours, or the provider's. As long as the router's limit for a part of a path. */
export const Id = Schema.NonEmptyString.check(Schema.isMaxLength(500))
/** How many rows of a list. */
const Limit = Schema.NumberFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 200 }))
const YesOrNo = Schema.Literals(["true", "false"])

export const inTenant = { tenant: Tenant }
export const entityInTenant = {
  tenant: Tenant,
  id: Id.annotate({ description: "Our id; for connections and conversations also the provider's account or chat id" })
}

/** A page of a list. */
export const page = {
  limit: Schema.optionalKey(Limit).annotate({ description: "Rows per page, 1 to 200; 50 if absent" }),
  cursor: Schema.optionalKey(Schema.String).annotate({ description: "next_cursor of the page before" })
}
/** Rows per page when the request does not say. */
export const defaultLimit = 50

export { Limit, YesOrNo }
