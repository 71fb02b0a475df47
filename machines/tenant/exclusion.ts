/** Who never becomes a contact by itself (CONTRACT 2.7): the tenant's blacklist, and addresses of roles instead of people. */
import { domainOf } from "../identifiers.ts"
import type { TenantFields } from "./fields.ts"

/** What is known of somebody who might become a contact. */
export interface Candidate {
  readonly name: string | null
  readonly emails: ReadonlyArray<string>
  readonly phones: ReadonlyArray<string>
  readonly total_messages: number
}

/** The part before the @ of addresses that belong to a role or a machine. */
const roles: ReadonlySet<string> = new Set([
  "abuse",
  "accounting",
  "accounts",
  "admin",
  "administrator",
  "alerts",
  "auto-reply",
  "autoreply",
  "billing",
  "bounce",
  "bounces",
  "careers",
  "contact",
  "customerservice",
  "daemon",
  "do-not-reply",
  "donotreply",
  "enquiries",
  "feedback",
  "hello",
  "help",
  "helpdesk",
  "hostmaster",
  "hr",
  "info",
  "invoice",
  "invoices",
  "jobs",
  "legal",
  "mail",
  "mailer-daemon",
  "marketing",
  "media",
  "news",
  "newsletter",
  "no-reply",
  "no_reply",
  "nobody",
  "noreply",
  "notification",
  "notifications",
  "office",
  "orders",
  "postmaster",
  "press",
  "privacy",
  "recruiting",
  "reply",
  "root",
  "sales",
  "security",
  "service",
  "services",
  "support",
  "team",
  "unsubscribe",
  "webmaster"
])

/** Whether the address is a role's: `info@`, `no-reply@`, `support+4711@`. */
const isRoleAddress = (email: string): boolean => roles.has(email.slice(0, email.lastIndexOf("@")).split("+", 1)[0]!)

/** Whether a text fits a pattern in which `*` stands for anything; the whole text, whatever its case. Linear in the text. */
export const fits = (text: string, pattern: string): boolean => {
  const [first, ...rest] = pattern.toLowerCase().split("*")
  const lower = text.toLowerCase()
  if (rest.length === 0) return lower === first
  const last = rest.pop()!
  if (!lower.startsWith(first!) || !lower.endsWith(last) || lower.length < first!.length + last.length) return false
  let from = first!.length
  for (const part of rest) {
    const at = lower.indexOf(part, from)
    if (at < 0 || at + part.length > lower.length - last.length) return false
    from = at + part.length
  }
  return true
}

const isListed = ({ name, emails, phones }: Candidate, { kind, value }: TenantFields["blacklist"][number]): boolean => {
  const word = value.toLowerCase()
  switch (kind) {
    case "domain":
      return emails.some((email) => domainOf(email) === word || domainOf(email).endsWith(`.${word}`))
    case "email":
      return emails.includes(word)
    case "email_pattern":
      return emails.some((email) => fits(email, value))
    case "phone":
      return phones.includes(value)
    case "name_pattern":
      return name !== null && fits(name, value)
  }
}

/** Whether the person is not to be made a contact. Somebody with a role's address alone and no number is no person. */
export const isExcluded = (candidate: Candidate, blacklist: TenantFields["blacklist"]): boolean =>
  blacklist.some((entry) => isListed(candidate, entry)) ||
  (candidate.emails.length > 0 && candidate.phones.length === 0 && candidate.emails.every(isRoleAddress))
