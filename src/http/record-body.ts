/** A CRM record's identifiers from a request, each in its one normal form (CONTRACT §1); what has none names its field. */
import { domainToASCII } from "node:url"
import * as Effect from "effect/Effect"
import { parse } from "tldts"
import type { TenantOwner } from "../../actors/owner/owner.ts"
import { normaliseEmail, normaliseProviderId } from "../../machines/identifiers.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import type { RecordBody } from "./api/people.ts"
import { BodyInvalid } from "./faults.ts"
import { phoneIn } from "./region.ts"

/** `https://www.Acme.example/`, `@acme.example` and `acme.example` are one domain; of other alphabets in the form of the DNS. */
const normaliseDomain = (raw: string): string | null => {
  const { hostname, isIp, publicSuffix } = parse(raw.trim().replace(/^@/, ""))
  if (hostname === null || isIp === true || publicSuffix === null || publicSuffix === hostname) return null
  const domain = domainToASCII(hostname.replace(/^www\./, ""))
  return domain.length <= 253 && domainName.test(domain) ? domain : null
}
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/

type Owner = TenantOwner["Service"]

/** A rule that needs no region. */
const plain = (normalise: (raw: string) => string | null) => (_owner: Owner, _tenant: string, raw: string) =>
  Effect.succeed(normalise(raw))

const forms = {
  emails: { normalise: plain(normaliseEmail), rule: "is no e-mail address" },
  phones: {
    normalise: phoneIn,
    rule: "is no phone number; without its country code it is one only where all accounts are of one country"
  },
  linkedin: { normalise: plain(normaliseProviderId), rule: "is no LinkedIn id" },
  domains: { normalise: plain(normaliseDomain), rule: "is no domain" }
} as const

export const recordOf = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  record_id: string,
  body: typeof RecordBody.Type
) {
  const lists = { emails: [], phones: [], linkedin: [], domains: [] } as Record<keyof typeof forms, Array<string>>
  for (const name of Object.keys(forms) as ReadonlyArray<keyof typeof forms>) {
    for (const [n, raw] of (body[name] ?? []).entries()) {
      const value = yield* forms[name].normalise(owner, tenant, raw)
      if (value === null) return yield* new BodyInvalid({ field: `${name}[${n}]`, rule: forms[name].rule })
      if (!lists[name].includes(value)) lists[name].push(value)
    }
  }
  return {
    record_id,
    kind: body.kind ?? "contact",
    pipeline_id: body.pipeline_id ?? null,
    ...lists
  } satisfies CrmRecord
})
