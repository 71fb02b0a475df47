/** Addresses that a tenant names and this server connects to: http or https, without credentials, and within reach. */
import type { Reach } from "./reach.ts"

/** The rule that an address breaks; null: it may be kept. A user name and password would show in lists and logs. */
export const addressFault = (text: string, reach: Reach): string | null => {
  const url = URL.parse(text)
  const isWeb = url !== null && (url.protocol === "https:" || url.protocol === "http:")
  if (!isWeb || url.username !== "" || url.password !== "")
    return "must be an http or https address without credentials"
  return reach.allowsHost(url.hostname)
    ? null
    : "must be a public address: loopback, private and link-local ones are reached only where the operator allows them (SWITCHBOARD_OUTGOING_ALLOW)"
}
