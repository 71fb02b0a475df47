/** What values hold of the heap, as the engine counts it, garbage left out. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

/** Bytes of the heap in use, after a collection. */
export const heapUsed = (): number => {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** Bytes that the made value holds beyond what was there before. */
export const retainedBy = <A>(make: () => A): { readonly value: A; readonly bytes: number } => {
  const before = heapUsed()
  const value = make()
  return { value, bytes: heapUsed() - before }
}
