/** UniPile, v1 and v2, as a provider. */
import type { Provider } from "../provider.ts"
import { translate } from "./translate.ts"

export const unipile: Provider<"unipile_webhook" | "unipile_hosted_auth"> = {
  name: "unipile",
  secretHeader: "Unipile-Auth",
  signatureHeader: "unipile-signature",
  webhook: { source: "unipile_webhook", translate },
  // The hosted-auth notify_url cannot send headers; what knows the secret only from there is believed less.
  addressed: {
    source: "unipile_hosted_auth",
    translate: (body, context) => translate(body, { ...context, source: "hosted_auth" })
  },
  summary: "Take a webhook of UniPile (v1 and v2)",
  description:
    'v1: the secret of the tenant stands in the header Unipile-Auth; the hosted-auth notify_url, which cannot send headers, carries it as ?secret= and is believed nothing but the hosted-auth report. v2: the header unipile-signature, t=<unix seconds>,v0=<hex HMAC-SHA256 of "t.body" with the secret>; more than 300 s from our clock it is refused with 401 and the code replayed.'
}
