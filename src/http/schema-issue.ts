/** A schema's complaint as field and rule (DESIGN §10). */
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) =>
    issue._tag === "UnexpectedKey" ? "is not known here; check how it is spelt" : SchemaIssue.defaultLeafHook(issue)
})

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === "object" ? part.key : part)

/** Where the first thing is wrong, as a dotted path (empty: the whole), and what is expected there. */
export const firstIssue = (error: Schema.SchemaError): { readonly field: string; readonly rule: string } => {
  const issue = issuesOf(error.issue).issues[0]
  return { field: (issue?.path ?? []).map(segment).join("."), rule: issue?.message ?? "is not valid" }
}
