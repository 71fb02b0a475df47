/** Parameters of paths and queries. */
import * as Schema from "effect/Schema"
import { isStorableText } from "../storable.ts"

/** A tenant's id: lower-case letters, digits and hyphens, a letter or digit first, at most 63. */
export const Tenant = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,62}$/, { message: "must match ^[a-z0-9][a-z0-9-]{0,62}$" })
)
/** Text in a path or query; what Postgres cannot hold is refused here as it is in bodies (../storable.ts). */
const text = (longest: number) =>
  Schema.NonEmptyString.check(
    Schema.isMaxLength(longest),
    Schema.makeFilter((value: string) =>
      isStorableText(value) ? undefined : "must hold neither NUL nor half a surrogate pair"
    )
  )
/** Ours, or the provider's, at most 500 characters. */
export const Id = text(500)
/** The text of a search. */
export const SearchText = text(200)
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
