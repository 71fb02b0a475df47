/** How the dashboard is served: only what stands in the list, compressed, kept for good, and nothing from elsewhere. */
import { existsSync } from "node:fs"
import { request } from "node:http"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let html: string
beforeAll(async () => {
  edge = await startEdge()
  html = (await edge.call("GET", "/")).text
})
afterAll(() => edge.close())

const version = () => /assets\/([\w-]+)\//.exec(html)![1]!

/** As it stands, without the clean-up of paths that fetch does. */
const raw = (path: string): Promise<{ readonly status: number; readonly body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(edge.url)
    request({ hostname, port, path }, (response) => {
      let body = ""
      response.on("data", (chunk) => (body += chunk))
      response.on("end", () => resolve({ status: response.statusCode!, body }))
    })
      .on("error", reject)
      .end()
  })

test("the page may load, run and reach nothing but this server, and nobody may frame it", async () => {
  const { headers } = await edge.call("GET", "/")
  const policy = headers.get("content-security-policy")!
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
})

test("every module that the page names, and all that these import, is there, types stripped, and may be kept for good", async () => {
  const imports = JSON.parse(/importmap">(.*?)<\/script>/.exec(html)![1]!).imports as Record<string, string>
  const named = [...html.matchAll(/(?:href|src)="\.(\/assets\/[^"]+)"/g)].map(([, path]) => path!)
  expect(named.length).toBeGreaterThan(30)
  for (const path of named) {
    const { status, headers, text } = await edge.call("GET", path)
    expect(status, path).toBe(200)
    expect(headers.get("cache-control")).toContain("immutable")
    if (!/javascript/.test(headers.get("content-type")!)) continue
    for (const [, specifier] of text.matchAll(/^import [^"]*?from "([^"]+)"/gm)) {
      const target = specifier!.startsWith(".")
        ? new URL(specifier!, `http://x${path}`).pathname
        : imports[specifier!]?.slice(1)
      expect(named, `${path} imports ${specifier}`).toContain(target)
    }
  }
})

test("what is not in the list is not served, whatever the path looks like", async () => {
  expect(existsSync("package.json")).toBe(true)
  const at = `/assets/${version()}`
  const paths = [
    `${at}/package.json`,
    `${at}/../../package.json`,
    `${at}/src/dashboard/../../package.json`,
    `${at}/src/dashboard/..%2f..%2fpackage.json`,
    `${at}/%2e%2e/%2e%2e/etc/passwd`,
    `${at}//etc/passwd`,
    `${at}/src/main.ts`,
    `${at}/src/secrets/key-ring.ts`,
    `${at}/constructor`,
    `/assets/other/src/dashboard/main.ts`
  ]
  for (const path of paths) {
    const { status, body } = await raw(path)
    expect([status, JSON.parse(body).code], path).toEqual([404, "route_unknown"])
  }
})

test("files go out compressed for whoever takes that, and not at all to whoever has them", async () => {
  const path = `/assets/${version()}/lib/uplot.js`
  const plain = await edge.call("GET", path, { headers: { "accept-encoding": "identity" } })
  expect(plain.headers.get("content-encoding")).toBeNull()
  for (const encoding of ["br", "gzip"]) {
    const compressed = await edge.call("GET", path, { headers: { "accept-encoding": encoding } })
    expect(compressed.headers.get("content-encoding")).toBe(encoding)
    expect(Number(compressed.headers.get("content-length"))).toBeLessThan(plain.text.length / 2)
    expect(compressed.text).toBe(plain.text)
  }
  const etag = plain.headers.get("etag")!
  expect((await edge.call("GET", path, { headers: { "if-none-match": etag } })).status).toBe(304)
  const page = await edge.call("GET", "/")
  expect((await edge.call("GET", "/", { headers: { "if-none-match": page.headers.get("etag")! } })).status).toBe(304)
})

test("nothing but GET is possible there", async () => {
  expect((await edge.call("POST", "/")).status).toBe(405)
  expect((await edge.call("POST", `/assets/${version()}/src/dashboard/main.ts`)).status).toBe(405)
})
