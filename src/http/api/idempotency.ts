/**
 * The header that every write takes (CONTRACT §4), as the document shows it. It is read in one place for all of them
 * (../repeats.ts), so it stands in the document by one rule too. A provider's webhooks are no commands: a fact is known by what it says.
 */

const writing: ReadonlySet<string> = new Set(["post", "put", "patch", "delete"])

const header = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  schema: { type: "string", minLength: 1, maxLength: 255 },
  description:
    "A repeat with the same key, method, path and body gets the first answer, status and body, with the header Idempotency-Replayed: true, and is not applied again. With another content the key is refused: 422, field idempotency_key; so it is to another caller where the first was shown a secret. A refusal is not remembered: nothing was changed, and the same request may succeed later. Answers are kept encrypted, also those that show a secret once, for a day at least and two days at most, unless 10 000 newer ones or 64 MiB of them came; after that, and for answers longer than 1 MiB, a repeat is still not applied again while the tenant remembers the key, and is answered with what there is then."
}

type Operation = Record<string, unknown> & {
  readonly tags?: ReadonlyArray<string>
  readonly parameters?: ReadonlyArray<unknown>
}

const isOfWebhooks = ({ tags = [] }: Operation): boolean => tags.includes("webhooks")

/** The document with the header at every operation that writes. */
export const withIdempotencyKeys = (document: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const operations = (path: Record<string, Operation>) =>
    Object.fromEntries(
      Object.entries(path).map(([method, operation]) =>
        writing.has(method) && !isOfWebhooks(operation)
          ? [method, { ...operation, parameters: [...(operation.parameters ?? []), header] }]
          : [method, operation]
      )
    )
  const paths = Object.entries(document["paths"] as Record<string, Record<string, Operation>>)
  return { ...document, paths: Object.fromEntries(paths.map(([path, each]) => [path, operations(each)])) }
}
