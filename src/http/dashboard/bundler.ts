/** The thread that makes the dashboard's bundle (./bundle.ts): strips types, follows imports, compresses, and ends. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"
import { parentPort } from "node:worker_threads"
import { brotliCompressSync, gzipSync } from "node:zlib"
import type { Asset, Bundle } from "./bundle.ts"
import { own } from "../../../machines/own.ts"

// Only this thread's: that stripping types is experimental in Node concerns its version, which package.json pins.
process.removeAllListeners("warning")

const root = new URL("../../../", import.meta.url)
const entry = "src/dashboard/main.ts"
const styles = ["src/dashboard/dashboard.css", "src/dashboard/icon.svg"]
/** The libraries, by the name under which they are imported: where they are served, and which file it is. */
const libraries: Readonly<Record<string, readonly [path: string, file: string]>> = {
  preact: ["lib/preact.js", "preact"],
  "preact/hooks": ["lib/preact-hooks.js", "preact/hooks"],
  htm: ["lib/htm.js", "htm"],
  uplot: ["lib/uplot.js", "uplot/dist/uPlot.esm.js"]
}
/** A style sheet of a library. */
const libraryStyle = ["lib/uplot.css", "uplot/dist/uPlot.min.css"] as const

const types: Readonly<Record<string, string>> = {
  ts: "text/javascript; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml"
}

const sources = new Map<string, string>()
const imported = /\bfrom\s*"(\.[^"]+)"/g

/** A module of ours and all that it imports. */
const add = (path: string): void => {
  if (sources.has(path)) return
  const code = stripTypeScriptTypes(readFileSync(new URL(path, root), "utf8"))
  sources.set(path, code)
  for (const [, specifier] of code.matchAll(imported)) {
    const url = new URL(specifier!, new URL(path, root))
    add(url.href.slice(root.href.length))
  }
}

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16)

const smaller = (body: Uint8Array, compressed: Uint8Array) => (compressed.length < body.length ? compressed : null)

const assetOf = (path: string, text: string): Asset => {
  const body = Buffer.from(text)
  return {
    type: own(types, path.slice(path.lastIndexOf(".") + 1))!,
    body,
    br: smaller(body, brotliCompressSync(body)),
    gzip: smaller(body, gzipSync(body)),
    etag: `"${digest(text)}"`
  }
}

add(entry)
const ours = [...sources.keys()]
for (const path of styles) sources.set(path, readFileSync(new URL(path, root), "utf8"))
for (const [path, file] of [...Object.values(libraries), libraryStyle]) {
  const source = readFileSync(fileURLToPath(import.meta.resolve(file)), "utf8")
  // Maps are not served.
  sources.set(path, source.replace(/\/\/# sourceMappingURL=.*\s*$/, ""))
}
const imports = Object.fromEntries(Object.entries(libraries).map(([name, [path]]) => [name, path]))

const bundle: Bundle = {
  version: digest([...sources].flat().join("\0")),
  assets: new Map([...sources].map(([path, text]) => [path, assetOf(path, text)])),
  imports,
  modules: [...Object.values(imports), ...ours]
}
parentPort!.postMessage(bundle)
