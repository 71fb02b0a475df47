/** What the receivers of the benchmarks count. */
import { expect, test } from "vitest"
import { FrameCounter } from "../../bench/frame-counter.ts"

const head = (opcode: number, length: number): Buffer => {
  if (length < 126) return Buffer.from([0x80 | opcode, length])
  if (length < 65_536) return Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
  const long = Buffer.alloc(10)
  long.set([0x80 | opcode, 127])
  long.writeBigUInt64BE(BigInt(length), 2)
  return long
}
const frame = (opcode: number, length: number) => Buffer.concat([head(opcode, length), Buffer.alloc(length, 0x81)])

test("frames of every length are counted, however the bytes are cut", () => {
  const lengths = [0, 1, 125, 126, 5_000, 65_535, 65_536, 70_000]
  const bytes = Buffer.concat([...lengths.map((length) => frame(1, length)), frame(9, 0), frame(2, 3), frame(8, 2)])
  for (const step of [1, 3, 1_000, bytes.length]) {
    const counter = new FrameCounter()
    for (let at = 0; at < bytes.length; at += step) counter.take(bytes.subarray(at, at + step))
    const { frames, pings, bytes: counted } = counter
    expect({ frames, pings, counted }).toEqual({
      frames: lengths.length + 1,
      pings: 1,
      counted: lengths.reduce((sum, length) => sum + length, 3)
    })
  }
})
