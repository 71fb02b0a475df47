/** A viewer as a client should be: it takes frames as they come and checks that the protocol keeps its word (I7). */
import { expect } from "vitest"
import { applyPatch } from "../../actors/feed/apply-patch.ts"
import type { Position, ServerFrame } from "../../actors/feed/frames.ts"
import type { Packet } from "../../actors/feed/packet.ts"
import type { Subscriber } from "../../actors/feed/topic.ts"

export class Viewer implements Subscriber {
  state: unknown
  position: Position | undefined
  typists: ReadonlyArray<string> = []
  viewers: ReadonlyArray<string> = []
  /** The hub sent it to look the name up again. */
  wasMoved = false
  readonly frames: Array<ServerFrame> = []
  hasEnded = false

  deliver(_topic: string, packet: Packet): void {
    this.take(packet.frame)
  }
  moved(): void {
    this.wasMoved = true
  }
  ended(): void {
    this.hasEnded = true
  }

  take(frame: ServerFrame): void {
    this.frames.push(frame)
    switch (frame.type) {
      case "snapshot":
        this.state = frame.state
        this.position = { epoch: frame.epoch, offset: frame.offset }
        this.typists = this.viewers = []
        return
      case "subscribed":
        expect({ epoch: frame.epoch, offset: frame.offset }).toEqual(this.position)
        this.typists = this.viewers = []
        return
      case "patch":
        expect(frame.offset).toBe(this.position!.offset + 1)
        this.position = { epoch: this.position!.epoch, offset: frame.offset }
        this.state = applyPatch(this.state, frame.changes)
        return
      case "typing":
        this.typists = frame.typists.map((typist) => typist.id)
        return
      case "viewing":
        this.viewers = frame.viewers.map((viewer) => viewer.id)
    }
  }

  /** The types of the frames that came, and forgets them. */
  came(): ReadonlyArray<string> {
    return this.frames.splice(0).map((frame) => frame.type)
  }
}
