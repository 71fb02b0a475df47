/** Where announcements may go: the public internet, and what the operator allows. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { post } from "../../src/outgoing/post.ts"
import { isRange, Reach } from "../../src/outgoing/reach.ts"

const inside = [
  "127.0.0.1",
  "127.255.255.254",
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::7f00:1",
  "fd00::1",
  "fe80::1",
  "ff02::1",
  "2002:7f00:1::"
]
const outside = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"]

test.each(inside)("%s is not reached", (address) => expect(new Reach([]).allows(address)).toBe(false))
test.each(outside)("%s is reached", (address) => expect(new Reach([]).allows(address)).toBe(true))

test("an allowed range is reached, and nothing beside it", () => {
  const reach = new Reach(["10.20.0.0/16", "192.168.7.9", "fd00:1::/32"])
  for (const address of ["10.20.3.4", "192.168.7.9", "::ffff:10.20.3.4", "fd00:1::5"])
    expect(reach.allows(address)).toBe(true)
  for (const address of ["10.21.0.1", "192.168.7.8", "fd00:2::5", "127.0.0.1"])
    expect(reach.allows(address)).toBe(false)
})

test.each(["10.0.0.0/33", "10.0.0.0/a", "10.0.0/8", "1.2.3.4/8/9", "example.com", ""])("%j is no range", (text) =>
  expect(isRange(text)).toBe(false)
)

test.each([
  ["http://2130706433/", false],
  ["http://0x7f.1/", false],
  ["http://[::1]/", false],
  ["http://[::ffff:127.0.0.1]/", false],
  ["http://8.8.8.8/", true],
  ["http://crm.example/", true]
])("the host of %s may be named: %s", (url, may) => expect(new Reach([]).allowsHost(new URL(url).hostname)).toBe(may))

test("a name that resolves to an inner address is not connected to, and a redirect is not followed", async () => {
  const heard: Array<string> = []
  const inner = createServer((request, response) => {
    heard.push(request.url ?? "")
    response.writeHead(302, { location: "/elsewhere" }).end()
  })
  await new Promise<void>((resolve) => inner.listen(0, "127.0.0.1", resolve))
  try {
    const { port } = inner.address() as AddressInfo
    const said = (url: string, reach: Reach) => post(url, {}, "{}", reach, AbortSignal.timeout(5_000))
    await expect(said(`http://localhost:${port}/a`, new Reach([]))).rejects.toThrow("not public")
    await expect(said(`http://127.0.0.1:${port}/b`, new Reach([]))).rejects.toThrow("not public")
    expect(heard).toEqual([])
    expect(await said(`http://localhost:${port}/c`, new Reach(["127.0.0.1", "::1"]))).toMatchObject({ status: 302 })
    expect(heard).toEqual(["/c"])
  } finally {
    await new Promise((resolve) => inner.close(resolve))
  }
})
