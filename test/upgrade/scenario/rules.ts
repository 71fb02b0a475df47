/** The tenant `rules`: what the next version decides otherwise when it folds the journal's tail, each in a chat of its own. */
import { accounts, accountStatus, type Chat, messaging, people } from "./payloads.ts"
import type { Teller } from "./teller.ts"

const account = { ...accounts.sales, id: "wa-rules" }
const chat = (id: string): Chat => ({ account, id, with: [people.sofia] })
const second = 1_000

/** Cut. */
export const beforeRules = async ({ hook, api, event }: Teller, now: number) => {
  await api("PUT", "/connections/wa-rules", { channel_type: "whatsapp", account_name: "Rules", user_id: "anna" })
  await hook(accountStatus(account, "OK"))
  await event({ type: "participant", email: "mara@marin.example", name: "Mara" })
  await hook(messaging(chat("archived"), { id: "archived-1", at: now - 300 * second }))
}

/** Not cut. */
export const rulesTail = async ({ hook, api }: Teller, now: number) => {
  const t = (n: number) => now - 600 * second + n * second
  // It makes a cut, then each person of the domain looks again.
  await api("PUT", "/records/company-marin", { kind: "company", domains: ["marin.example"] })
  await hook(messaging(chat("late"), { id: "late-2", at: t(10) }))
  await api("POST", "/conversations/late/read", { user_id: "anna" })
  await hook(messaging(chat("late"), { id: "late-1", at: t(5) }))

  await hook(messaging(chat("same-instant"), { id: "same-1", at: t(20) }))
  await api("POST", "/conversations/same-instant/read", { user_id: "anna" })
  await hook(messaging(chat("same-instant"), { id: "same-2", at: t(20) }))

  await api("PUT", "/conversations/archived/status", { status: "archived" })
  await hook(messaging(chat("archived"), { id: "archived-2", at: t(30) }))

  await hook(messaging(chat("ahead"), { id: "ahead-1", at: now + 86_400 * second }))

  await hook(messaging(chat("edits"), { id: "edits-1", at: t(40) }))
  for (const text of ["first correction", "second correction"])
    await hook(messaging(chat("edits"), { id: "edits-1", at: t(41), event: "message_edited", text }), "applied")

  const { reservation_id } = await api("POST", "/connections/wa-rules/sends", {})
  await api("POST", `/connections/wa-rules/sends/${reservation_id}/confirm`, {})
  await hook(messaging(chat("budget"), { id: "budget-1", at: t(50), by: null }))
}

/** The tenant `young`: made after the last cut, so that its journal is all that there is of it. */
export const youngLife = async ({ hook, api }: Teller, now: number) => {
  const phone = { ...accounts.sales, id: "wa-young" }
  await api("PUT", "/connections/wa-young", { channel_type: "whatsapp", account_name: "Young", user_id: "anna" })
  await hook(
    messaging({ account: phone, id: "first-chat", with: [people.carl] }, { id: "first-1", at: now - 60 * second })
  )
  await hook(
    messaging({ account: phone, id: "first-chat", with: [people.carl] }, { id: "first-2", at: now - 50 * second })
  )
}
