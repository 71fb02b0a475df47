/** Templates: JSX without a build step. */
import htm from "htm"
import { h } from "preact"
import type { VNode } from "preact"

type Template = (strings: TemplateStringsArray, ...values: ReadonlyArray<unknown>) => VNode<unknown>

// To the type checker its default is that of the CommonJS build; what runs is the ES module.
export const html = (htm as unknown as { readonly bind: (create: typeof h) => Template }).bind(h)
/** The event of a field whose value was changed. */
export interface ValueChanged {
  readonly target: { readonly value: string }
}

/** What a component may return. */
export type View = VNode<unknown> | null
