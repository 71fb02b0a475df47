/**
 * account_status and auth_status as functions of what is known of an account (CONTRACT 2.2), so that order does not matter (I3):
 * the newest word on each, the end of its token, and its first live message. A token's end stands against older words and falls
 * with a token that is good; a live message speaks for an account of which nobody has said more than that it is pending.
 */
import type { Draft } from "../draft.ts"
import { AccountStatus, AuthStatus } from "../vocabulary.ts"
import { errorsForgiven } from "./errors.ts"
import type { ConnectionContext, ConnectionFacts } from "./context.ts"

type Decision = Draft<ConnectionContext>

/** What the newest words say of the account, the token aside. */
const accountByWord = ({ word, status_at, first_live_at }: ConnectionFacts): AccountStatus => {
  if (word !== null && word !== "pending") return word
  return first_live_at !== null && first_live_at > (status_at ?? -Infinity) ? "active" : "pending"
}

/** The account with its token in mind: only one that would run otherwise is expired by it. */
const accountOf = (facts: ConnectionFacts): AccountStatus => {
  const account = accountByWord(facts)
  return account === "active" && isOver(facts.token_end, facts.status_at) ? "expired" : account
}

const authOf = ({ auth_word, auth_at, token_end, first_live_at }: ConnectionFacts): AuthStatus =>
  isOver(token_end, auth_at) ? "expired" : (auth_word ?? (first_live_at === null ? "pending" : "authenticated"))

/** Whether the token ended, and nobody has said otherwise since. */
const isOver = (token_end: number | null, said_at: number | null): boolean =>
  token_end !== null && token_end >= (said_at ?? -Infinity)

/** What asks for more stands further back: of two words of one instant it is the one that is believed. */
const rank = (vocabulary: typeof AccountStatus | typeof AuthStatus, word: AccountStatus | AuthStatus | null): number =>
  (vocabulary.literals as ReadonlyArray<string>).indexOf(word ?? "")

/**
 * A word on the account's status at `at`, and on its credentials' unless `auth` is null. At one instant the word that asks for
 * more stands, whichever came first and however often: an account is looked after once too often rather than not at all.
 */
export const wordGiven = (d: Decision, account: AccountStatus, auth: AuthStatus | null, at: number): void => {
  const { word, status_at, auth_word, auth_at } = d.context.facts
  const isNews = status_at === null || at > status_at
  if (isNews || (at === status_at && rank(AccountStatus, account) > rank(AccountStatus, word)))
    factsBecome(d, { word: account, status_at: at })
  const isAuthNews = auth_at === null || at > auth_at
  if (auth !== null && (isAuthNews || (at === auth_at && rank(AuthStatus, auth) > rank(AuthStatus, auth_word))))
    factsBecome(d, { auth_word: auth, auth_at: at })
  if (account === "active") errorsForgiven(d, at)
}

/** The token of an active account ended at `at`. */
export const tokenEnded = (d: Decision, at: number): void => factsBecome(d, { token_end: at })

/** There is a token that is good: an account that only its token had ended runs again. */
export const tokenGood = (d: Decision, received: number): void => livesUp(d, { token_end: null }, received)

/** A message of `at` came live through the account. */
export interface SeenLive {
  readonly type: "seen_live"
  readonly at: number
  readonly received: number
}

/** The earliest is kept: whether it is the account's first does not depend on which came first. */
export const seenLive = (d: Decision, { at, received }: SeenLive): void => {
  if (isFirstLive(d.context, at)) livesUp(d, { first_live_at: at }, received)
}

/** Whether a live message of `at` would be the account's first. */
export const isFirstLive = ({ facts }: ConnectionContext, at: number): boolean =>
  facts.first_live_at === null || at < facts.first_live_at

const livesUp = (d: Decision, news: Partial<ConnectionFacts>, received: number): void => {
  const before = accountOf(d.context.facts)
  factsBecome(d, news)
  if (before !== "active" && accountOf(d.context.facts) === "active") errorsForgiven(d, received)
}

/** The fields follow the facts. */
export const factsBecome = (d: Decision, news: Partial<ConnectionFacts>): void => {
  const facts = { ...d.context.facts, ...news }
  const differs = Object.keys(news).some((name) => {
    const fact = name as keyof ConnectionFacts
    return facts[fact] !== d.context.facts[fact]
  })
  if (differs) d.set({ facts, account_status: accountOf(facts), auth_status: authOf(facts) })
}

/** The channel hears of the credentials and of syncs, where they changed. */
export const authTold = (d: Decision, received: number): void => {
  const { auth_status, last_sync_at } = d.context
  if (auth_status === d.before.auth_status && last_sync_at === d.before.last_sync_at) return
  d.tell({ type: "auth_changed", auth_status, synced_at: last_sync_at, received })
}
