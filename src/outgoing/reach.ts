/**
 * Where announcements may go. A tenant names the address, and the server that posts there stands inside the operator's network:
 * loopback, private, link-local (cloud metadata) and other addresses that are not the public internet's are refused, unless the
 * operator allows a range. Asked when the address is set, and again of each address that its name resolves to.
 */
import { BlockList, isIP } from "node:net"

/** Not globally reachable, by the IANA special-purpose registries; the last ones of each family are multicast and reserved. */
const innerRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "::1/128",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8"
]

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6")

/** An address, or a range as CIDR; null when it is neither. */
const rangeOf = (text: string) => {
  const [address = "", prefix, more] = text.split("/")
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  return version === 0 || more !== undefined || !(length <= bits) ? null : { address, length }
}

/** Whether a text is an address or a range that an operator can allow. */
export const isRange = (text: string): boolean => rangeOf(text) !== null

const listOf = (ranges: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  for (const range of ranges.map(rangeOf)) {
    if (range !== null) list.addSubnet(range.address, range.length, familyOf(range.address))
  }
  return list
}

const inner = listOf(innerRanges)
const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i

/** An IPv4 address in IPv6 clothes is that IPv4 address. */
const bare = (address: string): string => {
  const found = mapped.exec(address)
  if (found === null) return address
  if (found[1] !== undefined) return found[1]
  const [high, low] = [Number.parseInt(found[2]!, 16), Number.parseInt(found[3]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join(".")
}

export class Reach {
  readonly #allowed: BlockList

  /** `allowed`: addresses and ranges that are reached although they are inside. */
  constructor(allowed: ReadonlyArray<string>) {
    this.#allowed = listOf(allowed)
  }

  /** Whether a numeric address may be connected to. */
  allows(address: string): boolean {
    const plain = bare(address)
    const family = familyOf(plain)
    return isIP(plain) !== 0 && (this.#allowed.check(plain, family) || !inner.check(plain, family))
  }

  /** Whether a host may be named: false for a number that is refused; what a name resolves to is asked when it is connected to. */
  allowsHost(hostname: string): boolean {
    const host = hostname.replace(/^\[|\]$/g, "")
    return isIP(host) === 0 || this.allows(host)
  }
}
