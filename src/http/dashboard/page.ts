/** The one page: it loads the modules, and may load, run and reach nothing else. */
import { createHash } from "node:crypto"
import type { Bundle } from "./bundle.ts"

export interface Page {
  readonly html: string
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Addresses are relative, so that a proxy may put a path in front. Browsers take import maps only from the page itself; its
 * digest stands in the policy, so that no other script in the page would run.
 */
export const pageOf = ({ version, imports, modules }: Bundle): Page => {
  const at = (path: string) => `./assets/${version}/${path}`
  const map = JSON.stringify({
    imports: Object.fromEntries(Object.entries(imports).map(([name, path]) => [name, at(path)]))
  })
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Switchboard</title>
<link rel="icon" href="${at("src/dashboard/icon.svg")}">
<link rel="stylesheet" href="${at("lib/uplot.css")}">
<link rel="stylesheet" href="${at("src/dashboard/dashboard.css")}">
<script type="importmap">${map}</script>
${modules.map((path) => `<link rel="modulepreload" href="${at(path)}">`).join("\n")}
<script type="module" src="${at("src/dashboard/main.ts")}"></script>
<div id="app"></div>
<noscript><p>The dashboard needs JavaScript. Everything that it shows is in the API too: <a href="./docs">/docs</a>.</p></noscript>
</html>
`
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${createHash("sha256").update(map).digest("base64")}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ]
  return {
    html,
    etag: `"${createHash("sha256").update(html).digest("base64url").slice(0, 16)}"`,
    headers: {
      "content-security-policy": policy.join("; "),
      "cache-control": "no-cache",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin"
    }
  }
}
