/** A real browser: the Chromium that comes as a package on Linux (x64), an installed Chrome elsewhere. */
import sparticuz from "@sparticuz/chromium"
import { chromium } from "playwright-core"
import type { Browser } from "playwright-core"

export const openBrowser = async (): Promise<Browser> =>
  process.platform === "linux" && process.arch === "x64"
    ? // Not the package's own arguments: they switch web security off, and one page that closes ends the browser.
      chromium.launch({ executablePath: await sparticuz.executablePath(), args: ["--no-sandbox"] })
    : chromium.launch({ channel: "chrome" })
