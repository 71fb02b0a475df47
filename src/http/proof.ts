/** What a request brings to prove that it is a provider's webhook. Whether it proves anything, the gate says (webhook-gate.ts). */
import type { Headers } from "effect/http/Headers"
import { own } from "../../machines/own.ts"
import type { Provider } from "../providers/provider.ts"

export interface Proof {
  /** The secret itself. */
  readonly secret: string | undefined
  /** A signature that was made with it. */
  readonly signature: string | undefined
}

/** The proof among the headers. */
export const proofIn = (headers: Headers, { secretHeader, signatureHeader }: Provider): Proof => ({
  secret: own(headers, secretHeader.toLowerCase()),
  signature: signatureHeader === undefined ? undefined : own(headers, signatureHeader.toLowerCase())
})
