/**
 * Companies by the domains of addresses (CONTRACT 2.7). Two domains match at their registrable part: mail.acme.co.uk is
 * acme.co.uk, but acme.github.io is not github.io, which is everybody's. What registers nothing (an address of a machine, a
 * single word, a public suffix) and free mail belong to no company.
 */
import { domainToASCII, domainToUnicode } from "node:url"
import { parse } from "tldts"
import { domainOf } from "../../machines/identifiers.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import { isFreeMail } from "./free-mail.ts"

/** The registrable part of a domain, in its one spelling; null when there is none, or everybody can have an address there. */
export const companyDomain = (domain: string): string | null => {
  const ascii = domainToASCII(domain)
  const { domain: registrable, domainWithoutSuffix, publicSuffix } = parse(ascii, { allowPrivateDomains: true })
  if (registrable === null || isFreeMail(registrable, domainWithoutSuffix ?? "", publicSuffix ?? "")) return null
  return registrable
}

const each = (domains: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(domains.map(companyDomain).filter((domain) => domain !== null))
]

/** The registrable domains by which a company is found. */
export const companyDomains = (record: CrmRecord): ReadonlyArray<string> =>
  record.kind === "company" ? each(record.domains) : []

/** The registrable domains of a person's addresses, by the person's keys. */
export const domainsOfKeys = (keys: ReadonlyArray<string>): ReadonlyArray<string> =>
  each(keys.filter((key) => key.startsWith("email:")).map(domainOf))

/** Both spellings of a registrable domain, for those who look into addresses as they were written. */
export const domainSpellings = (domain: string): ReadonlyArray<string> => [
  ...new Set([domain, domainToUnicode(domain)])
]
