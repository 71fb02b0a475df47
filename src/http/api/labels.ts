/** Labels of conversations as callers give them. */
import * as Schema from "effect/Schema"
import { labelLength, labelLimit } from "../../../machines/conversation/handling.ts"

export const Label = Schema.NonEmptyString.check(
  Schema.isMaxLength(labelLength),
  Schema.isPattern(/^\S(?:.*\S)?$/su, { message: "must neither begin nor end with a blank" })
)
export const Labels = Schema.Array(Label).check(Schema.isMaxLength(labelLimit))
