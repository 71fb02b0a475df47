/** Loaded before a process under test: its clock goes as far wrong as the file says, in milliseconds, from one moment to the next. */
import { readFileSync } from "node:fs"

const real = Date.now
const lookEvery = 20
let looked = -lookEvery
let by = 0
Date.now = () => {
  const now = performance.now()
  if (now - looked >= lookEvery) {
    looked = now
    by = Number(readFileSync(process.env["SHIFTED_CLOCK"], "utf8"))
  }
  return real() + by
}
