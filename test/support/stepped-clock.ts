/**
 * Loaded into a server before anything else (`NODE_OPTIONS=--import …`): its calendar is ahead of the machine's by as many
 * milliseconds as the file at STEPPED_CLOCK says, and follows that file. Timers run as ever, as they do when a clock is set.
 */
import { readFileSync } from "node:fs"

const file = process.env["STEPPED_CLOCK"]
/** Milliseconds between two looks at the file. */
const pace = 20

if (file !== undefined) {
  const Real = globalThis.Date
  const look = (): number => {
    try {
      return Number(readFileSync(file, "utf8")) || 0
    } catch {
      return 0
    }
  }
  let offset = look()
  setInterval(() => (offset = look()), pace).unref()
  const now = () => Real.now() + offset
  globalThis.Date = new Proxy(Real, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self) as object,
    apply: () => new Real(now()).toString(),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key))
  })
}
