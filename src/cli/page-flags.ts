/** Flags of commands that list. */
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"

export const pageFlags = {
  limit: Flag.Int("limit").pipe(Flag.withDescription("Rows, 1 to 200; 50 if absent"), Flag.optional),
  cursor: Flag.String("cursor").pipe(Flag.withDescription("Where the page before ended"), Flag.optional)
}

/** As the query of a request. */
export const pageQuery = (flags: {
  readonly limit: Option.Option<number>
  readonly cursor: Option.Option<string>
}) => ({
  limit: Option.getOrUndefined(flags.limit),
  cursor: Option.getOrUndefined(flags.cursor)
})

/** Says that there is more. */
export const more = ({ next_cursor }: { readonly next_cursor: string | null }): string =>
  next_cursor === null ? "" : `\n\nThere are more: --cursor ${next_cursor}`
