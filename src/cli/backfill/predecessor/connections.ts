/** The predecessor's connections: a registration each, its tokens under our keys, and its limit. */
import { AccountStatus, AuthStatus, ChannelType } from "../../../../machines/vocabulary.ts"
import type { Told } from "../source.ts"
import { fernetOpened } from "./fernet.ts"
import type { Row } from "./row.ts"

/** `now`: epoch milliseconds; an expiry is told in seconds from now. */
export const connectionSteps = (row: Row, keys: ReadonlyArray<string>, now: number): ReadonlyArray<Told> => {
  const [account_id, user_id] = [row.required("account_id"), row.required("user_id")]
  const channel_type = row.word("channel_type", ChannelType)
  if (channel_type === null) row.found("has no channel_type that there is; it was left out")
  if (account_id === null || user_id === null || channel_type === null) return []
  const account_status = row.word("account_status", AccountStatus)
  const auth_status = row.word("auth_status", AuthStatus)
  const is_active = row.flag("is_active")
  const maps = (["connection_config", "provider_config", "checkpoint_data"] as const).flatMap((name) => {
    const map = row.map(name)
    return map === null || Object.keys(map).length === 0 ? [] : [[name, map] as const]
  })
  const hosted_auth_url = row.text("hosted_auth_url", 2_048)
  const path = `connections/${encodeURIComponent(account_id)}`
  const body = {
    channel_type,
    account_name: row.text("account_name", 200) ?? "",
    user_id,
    ...Object.fromEntries(maps),
    ...(is_active === null ? {} : { is_active }),
    ...(account_status === null ? {} : { account_status }),
    ...(account_status === null || auth_status === null ? {} : { auth_status }),
    ...(hosted_auth_url === null ? {} : { hosted_auth_url })
  }
  const limit = row.count("rate_limit_per_hour")
  const tokens = tokensOf(row, keys, now)
  return [
    { kind: "put", path, body },
    ...(limit === null || limit > 1_000_000
      ? []
      : [{ kind: "put", path: `${path}/rate-limit`, body: { rate_limit_per_hour: limit } } as const]),
    ...(tokens === null ? [] : [{ kind: "put", path: `${path}/tokens`, body: tokens } as const])
  ]
}

const tokensOf = (row: Row, keys: ReadonlyArray<string>, now: number): object | null => {
  const opened = (["access_token", "refresh_token"] as const).flatMap((field) => {
    const sealed = row.text(field, 50_000)
    if (sealed === null) return []
    const token = fernetOpened(keys, sealed)
    if (token === null) {
      row.found(
        keys.length === 0 ? "is sealed, and no --fernet-key was given" : "opens under no key that was given",
        field
      )
      return []
    }
    return token === "" ? [] : [[field, token] as const]
  })
  if (opened.length === 0) return null
  const end = row.instant("token_expires_at")
  const expires_in = end === null ? null : Math.max(0, Math.round((Date.parse(end) - now) / 1000))
  return { ...Object.fromEntries(opened), expires_in }
}
