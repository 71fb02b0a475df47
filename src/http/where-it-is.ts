/** Addresses of this server, as a program on the same machine reaches it. */
import { BlockList, isIP } from "node:net"
import { addressAt } from "../own-url.ts"

/** Every interface: reached through the loopback one. */
const anywhere: ReadonlySet<string> = new Set(["0.0.0.0", "::", ""])

export const whereItIs = (host: string, port: number): string =>
  addressAt(anywhere.has(host) ? "127.0.0.1" : host, port)

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

/** Whether only programs on this machine reach a server that listens there. */
export const isLoopback = (host: string): boolean => {
  const family = isIP(host)
  return family === 0 ? host === "localhost" : loopback.check(host, family === 4 ? "ipv4" : "ipv6")
}
