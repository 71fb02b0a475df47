/** A CRM record's identifiers from a request, each in its one normal form (CONTRACT §1); what has none names its field. */
import * as Effect from "effect/Effect"
import { normaliseEmail, normalisePhone, normaliseProviderId } from "../../machines/identifiers.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import type { RecordBody } from "./api/people.ts"
import { BodyInvalid } from "./faults.ts"

const domainName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/

/** `https://www.Acme.example/`, `@acme.example` and `acme.example` are one domain. */
const normaliseDomain = (raw: string): string | null => {
  const text = raw.trim().toLowerCase()
  const domain = text
    .replace(/^(?:https?:\/\/|@)/, "")
    .replace(/^www\./, "")
    .replace(/\/.*$/, "")
  return domain.length <= 253 && domainName.test(domain) ? domain : null
}

const forms = {
  emails: { normalise: normaliseEmail, rule: "is no e-mail address" },
  phones: { normalise: normalisePhone, rule: "is no phone number with a country code, e.g. +447700900123" },
  linkedin: { normalise: normaliseProviderId, rule: "is no LinkedIn id" },
  domains: { normalise: normaliseDomain, rule: "is no domain" }
} as const

export const recordOf = Effect.fnUntraced(function* (record_id: string, body: typeof RecordBody.Type) {
  const lists = { emails: [], phones: [], linkedin: [], domains: [] } as Record<keyof typeof forms, Array<string>>
  for (const name of Object.keys(forms) as ReadonlyArray<keyof typeof forms>) {
    for (const [n, raw] of (body[name] ?? []).entries()) {
      const value = forms[name].normalise(raw)
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
