/** The one list of providers. Addresses, the document, reading and replaying all go by it. */
import { generic } from "./generic/provider.ts"
import type { Provider, Translate } from "./provider.ts"
import { unipile } from "./unipile/provider.ts"

const registered = [unipile, generic] as const

type SourceOf<P> = P extends Provider<infer S> ? S : never

/** What payloads of providers are kept under. */
export type Source = SourceOf<(typeof registered)[number]>

/** Every provider. */
export const providers: ReadonlyArray<Provider<Source>> = registered

const translators: ReadonlyMap<string, Translate> = new Map(
  providers.flatMap(({ webhook, addressed }) =>
    [webhook, ...(addressed === undefined ? [] : [addressed])].map(({ source, translate }) => [source, translate])
  )
)

/** Every source. */
export const sources: ReadonlyArray<string> = [...translators.keys()]

/** How payloads of a source are read; undefined for one that no provider here has. */
export const translatorOf = (source: string): Translate | undefined => translators.get(source)
