/** An actor's snapshot as bytes (the column `internals`) and back. The bytes carry a version. */
import { Packr } from "msgpackr"
import type { AnyMachineSnapshot } from "xstate"
import { NewerVersion } from "../journal/event-codec.ts"
import type { Definition } from "./kinds.ts"
import { plain, unpacked } from "./msgpack.ts"

const packr = new Packr({ ...plain, moreTypes: false })
/** Version of what `encode` writes. Under version 1 states had other names. */
const version = 2

interface Kept {
  readonly version: number
  readonly context: unknown
}

/** The whole snapshot: where the machine is and what it knows. */
export const encodeSnapshot = (kind: Definition, snapshot: AnyMachineSnapshot): Uint8Array =>
  packr.pack({ version, value: snapshot.value, context: kind.pack(snapshot.context as never) })

/** Throws when the bytes are not what `encodeSnapshot` wrote; NewerVersion when a newer process wrote them. */
export const decodeSnapshot = (kind: Definition, bytes: Uint8Array): AnyMachineSnapshot => {
  const kept = unpacked(packr, bytes) as Kept | undefined
  if (kept !== undefined && kept.version > version) throw new NewerVersion("snapshot", kept.version, version)
  if (kept?.version !== version && kept?.version !== 1)
    throw new Error(`snapshot version ${kept?.version} is not known here`)
  // A state is a function of the fields, so the name under which an earlier version kept it does not matter.
  return standing(kind, kind.unpack(kept.context as never))
}

/** The snapshot of an actor with this context, where its fields say that it stands. */
export const standing = (kind: Definition, context: object): AnyMachineSnapshot =>
  kind.machine.resolveState({ value: kind.stateOf(context as never), context })

/** The machine's state as text, for the column `machine_state`. */
export const stateName = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))
