/** What UniPile reports of an account itself (unipile.md §3): its state, and the outcome of a hosted login. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AccountStatusChanged, HostedAuthReported } from "../../../machines/events.ts"
import { ProviderAccountStatus } from "../../../machines/vocabulary.ts"
import { readAccountStatus, readHostedAuth } from "./payload.ts"
import { identity, requiredIdentity } from "../text.ts"
import type { Unreadable } from "../unreadable.ts"
import { unreadable } from "../unreadable.ts"

const isStatus = Schema.is(ProviderAccountStatus)

/** A state change, from the inside of `AccountStatus` or from the flat form. It carries no time, so `at` is `received`. */
export const accountStatusOf = (body: unknown, received: number): Result.Result<AccountStatusChanged, Unreadable> =>
  Result.flatMap(readAccountStatus(body), ({ account_id, message }) => {
    const status = message.trim().toUpperCase()
    return isStatus(status)
      ? Result.succeed({
          type: "account_status_changed",
          received,
          via: "webhook",
          account_id: requiredIdentity(account_id),
          status,
          at: received
        })
      : Result.fail(unreadable("message", "is no account status that is handled yet"))
  })

/** The hosted-auth notify callback. A success must name its account; a failure has none, and names the user instead. */
export const hostedAuthOf = (body: unknown, received: number): Result.Result<HostedAuthReported, Unreadable> =>
  Result.flatMap(readHostedAuth(body), ({ status, account_id: account, name }) => {
    const account_id = identity(account)
    const user_id = identity(name)
    return account_id === null && (status !== "CREATION_FAIL" || user_id === null)
      ? Result.fail(unreadable("account_id", "is missing, so there is no account to connect"))
      : Result.succeed({
          type: "hosted_auth_reported",
          received,
          via: "webhook",
          account_id,
          user_id,
          status
        })
  })
