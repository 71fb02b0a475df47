/** The one list of providers: what hangs on a name, and that nothing else knows a provider from inside. */
import { globSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { providers, sources, translatorOf } from "../../src/providers/registry.ts"

test("names and sources are unique, and a name stands in an address as it is", () => {
  const names = providers.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  // The document calls the address of all tenants so.
  expect(names).not.toContain("shared")
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/)
  const all = providers.flatMap(({ webhook, addressed }) => [webhook, ...(addressed === undefined ? [] : [addressed])])
  expect(sources).toEqual(all.map(({ source }) => source))
  expect(new Set(sources).size).toBe(all.length)
  for (const name of ["journal", "snapshot"]) expect(sources).not.toContain(name)
})

test("payloads that are kept under a source of today are read tomorrow: no source goes or changes", () => {
  expect(sources).toEqual(expect.arrayContaining(["unipile_webhook", "unipile_hosted_auth", "generic_webhook"]))
  for (const source of sources) expect(translatorOf(source)).toBeTypeOf("function")
})

test.each(["constructor", "__proto__", "", "unipile", "journal"])("%j is no source", (source) => {
  expect(translatorOf(source)).toBeUndefined()
})

test("a provider's folder is imported by the registry alone, but for UniPile's address of all tenants and the sync of its history", () => {
  const names = providers.map(({ name }) => name).join("|")
  const folders = new RegExp(`from "[./]*/(?:providers/)?(${names})/([\\w-]+)\\.ts"`, "g")
  const imports = globSync("src/**/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(folders)].flatMap(([, folder, name]) =>
      file.startsWith(`src/providers/${folder}/`) ? [] : [`${file}: ${folder}/${name}`]
    )
  )
  expect(imports.sort()).toEqual([
    "src/http/api/webhooks.ts: unipile/provider",
    "src/http/handlers/webhooks.ts: unipile/account-named",
    "src/providers/registry.ts: generic/provider",
    "src/providers/registry.ts: unipile/provider",
    "src/sync/chats.ts: unipile/person",
    "src/sync/give.ts: unipile/translate"
  ])
})
