/** Which errors of the embedded Postgres end its thread. */
import { expect, test } from "vitest"
import { Ailing } from "../../persistence/database/pglite/ailing.ts"

/** An ErrorResponse as Postgres sends it. */
const error = (severity: string, code: string, message: string): Uint8Array => {
  const fields = `S${severity}\0V${severity}\0C${code}\0M${message}\0\0`
  const bytes = Buffer.alloc(5 + fields.length, "E")
  bytes.writeUInt32BE(4 + fields.length, 1)
  bytes.write(fields, 5)
  return bytes
}
const parseComplete = Uint8Array.of(0x31, 0, 0, 0, 4)

test("a panic does at once, also behind another message", () => {
  const panic = error("PANIC", "53100", "could not write to file")
  expect(new Ailing().after(panic, 0)).toContain("could not write to file")
  expect(new Ailing().after(Buffer.concat([parseComplete, panic]), 0)).toContain("could not write")
})

test("a file that exists and cannot be opened does when it is said again for long", () => {
  const ailing = new Ailing()
  const exists = error("ERROR", "58P02", "could not create file: File exists")
  expect([0, 1_000, 2_000, 3_000].map((at) => ailing.after(exists, at))).toEqual([null, null, null, null])
  expect(ailing.after(exists, 6_000)).toContain("File exists")
})

test("other errors do not, however often they come", () => {
  const ailing = new Ailing()
  for (let n = 0; n < 50; n++) expect(ailing.after(error("ERROR", "23505", "duplicate key"), n * 1_000)).toBeNull()
  expect(ailing.after(Uint8Array.of(0x44, 0, 0), 0)).toBeNull()
  expect(ailing.after(new Uint8Array(0), 0)).toBeNull()
})
