import { expect, test } from "vitest"
import { ownUrl } from "../src/own-url.ts"

test("programs of this checkout find their server by the settings that it reads", () => {
  expect(ownUrl({})).toBe("http://127.0.0.1:4000")
  expect(ownUrl({ HOST: "::1", PORT: "8080" })).toBe("http://[::1]:8080")
  expect(ownUrl({ SWITCHBOARD_PUBLIC_URL: "https://inbox.example/", HOST: "0.0.0.0" })).toBe("https://inbox.example")
})
