/**
 * Commands that are shown before they are answered. Each bears a name that its answer repeats; until then, what it will change is laid
 * over what the server last said. A refusal takes it away again and says why; so does a line that is lost, since nobody knows then.
 */
import type { ClientFrame, ErrorFrame, ServerFrame } from "../../actors/feed/frames.ts"

/** How a command ended: it is durable, or why it is not, as far as anybody knows. */
export type CommandResult =
  | { readonly ok: true }
  /** `code` of the server's error frame; `offline`: nothing was sent, `lost`: the line broke before the answer. */
  | { readonly ok: false; readonly code: string; readonly message: string }

interface Waiting {
  readonly settle: (result: CommandResult) => void
  /** Takes away what was shown ahead of the answer. */
  readonly takeBack: () => void
}

const offline: CommandResult = { ok: false, code: "offline", message: "There is no connection; nothing was sent." }
const lost: CommandResult = {
  ok: false,
  code: "lost",
  message: "The connection broke before the answer; the state that comes with the next one tells what became of it."
}

type Named = Extract<ClientFrame, { readonly conversation: string }>

export class Commands {
  readonly #send: (frame: ClientFrame) => boolean
  readonly #waiting = new Map<string, Waiting>()
  #made = 0

  constructor(send: (frame: ClientFrame) => boolean) {
    this.#send = send
  }

  /** Sends a command; `show` lays what it will change over the state, and answers how to take that back. */
  run(frame: Named, show: () => () => void): Promise<CommandResult> {
    this.#made += 1
    const ref = String(this.#made)
    if (!this.#send({ ...frame, ref })) return Promise.resolve(offline)
    const takeBack = show()
    return new Promise((settle) => this.#waiting.set(ref, { settle, takeBack }))
  }

  /** Whether the frame answered one of these commands. */
  take(frame: ServerFrame): boolean {
    if (frame.type === "done") return this.#end(frame.ref, { ok: true })
    return frame.type === "error" && frame.ref !== undefined && this.#end(frame.ref, refused(frame))
  }

  /** There is no socket any more: no answer will come. */
  lost(): void {
    for (const ref of this.#waiting.keys()) this.#end(ref, lost)
  }

  #end(ref: string, result: CommandResult): boolean {
    const waiting = this.#waiting.get(ref)
    if (waiting === undefined) return false
    this.#waiting.delete(ref)
    waiting.takeBack()
    waiting.settle(result)
    return true
  }
}

const refused = ({ code, message }: ErrorFrame): CommandResult => ({ ok: false, code, message })
