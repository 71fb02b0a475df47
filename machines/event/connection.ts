/** What happens to an account: its state with the provider, its credentials, its settings. */
import type { Base } from "./base.ts"
import type { AccountStatus, AuthReport, AuthStatus, ChannelType, ProviderAccountStatus } from "../vocabulary.ts"

export interface ConnectionRegistered extends Base {
  readonly type: "connection_registered"
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly account_name: string
  readonly user_id: string
  readonly connection_config: Readonly<Record<string, unknown>>
  readonly provider_config: Readonly<Record<string, unknown>>
  readonly is_active: boolean | null
  /** What the CRM knows of the account already; what is absent is not said. auth_status needs account_status. */
  readonly account_status?: AccountStatus
  readonly auth_status?: AuthStatus
  readonly checkpoint_data?: Readonly<Record<string, unknown>>
  readonly hosted_auth_url?: string | null
}

export interface AccountStatusChanged extends Base {
  readonly type: "account_status_changed"
  readonly account_id: string
  readonly status: ProviderAccountStatus
  readonly at: number
}

/** The hosted-auth notify callback. On failure the provider names no account, only the CRM's own user id. */
export interface HostedAuthReported extends Base {
  readonly type: "hosted_auth_reported"
  readonly account_id: string | null
  /** Null where an account is named and the user is not. */
  readonly user_id: string | null
  readonly status: "CREATION_SUCCESS" | "RECONNECTED" | "CREATION_FAIL"
}

/** The auth processor (CONTRACT §5): what is absent is not said. */
export interface AuthReported extends Base {
  readonly type: "auth_reported"
  readonly account_id: string
  readonly at: number
  readonly status: AuthReport
  readonly provider_config?: Readonly<Record<string, unknown>>
  readonly checkpoint_data?: Readonly<Record<string, unknown>>
  readonly hosted_auth_url?: string | null
  readonly error?: string
}

export interface RateLimitSet extends Base {
  readonly type: "rate_limit_set"
  readonly account_id: string
  readonly rate_limit_per_hour: number
}

/** Tokens of the account, sealed at the edge: no event holds one in clear. null keeps what is there (CONTRACT 2.2). */
export interface TokensStored extends Base {
  readonly type: "tokens_stored"
  readonly account_id: string
  readonly access_token: string | null
  readonly refresh_token: string | null
  /** Epoch milliseconds. */
  readonly token_expires_at: number | null
}

/** The 12-hourly task looked at the connection's token. It carries nothing: the machine looks at its own facts. */
export interface TokenChecked extends Base {
  readonly type: "token_checked"
  readonly connection_id: string
}

export interface ConnectionActivitySet extends Base {
  readonly type: "connection_activity_set"
  readonly account_id: string
  readonly is_active: boolean
}

/** The CRM's own sync of an account ended at `at`; `error` null: it succeeded. */
export interface ConnectionSynced extends Base {
  readonly type: "connection_synced"
  readonly account_id: string
  readonly at: number
  readonly error: string | null
}
