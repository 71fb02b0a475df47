/**
 * Audit lines since the last cut (CONTRACT §2 ⚿, §7): who changed which audited field, when, from what to what. Collected from
 * every turn, replays included, and written with the cut under ids that the turn determines: no crash loses a line, and none is
 * written twice.
 */
import * as Equal from "effect/Equal"
import type { ActorKind, Event } from "../../machines/events.ts"
import { toWire } from "../../machines/field.ts"
import type { AuditEntry } from "../../persistence/registers/audit.ts"
import type { Identity } from "../memory/identity.ts"
import { kinds } from "../memory/kinds.ts"
import type { Change } from "../turn/outcome.ts"
import { fieldOf } from "../memory/kinds.ts"
import type { AnyField } from "../../machines/field.ts"

/** A ⚿ value in the trail: only whether there is one. */
const masked = (value: unknown): string | null =>
  value === null || value === undefined || value === "" ? null : "••••"

const shown = (field: AnyField, value: unknown): unknown => (field.sensitive ? masked(value) : toWire(field, value))

const auditedOf = (kind: ActorKind) =>
  Object.entries(kinds[kind].fields).filter(([, { audited }]) => audited !== "never")

/** The audited fields of each kind, found once. */
const audited: Readonly<Record<string, ReadonlyArray<readonly [string, AnyField]>>> = Object.fromEntries(
  Object.keys(kinds).map((kind) => [kind, auditedOf(kind as ActorKind)])
)

/** Who did it: the author of a command, else how the event came in. */
const actorOf = (event: Event): string => event.by ?? event.via

export class AuditTrail {
  readonly #identity: Identity
  #entries: Array<AuditEntry> = []

  constructor(identity: Identity) {
    this.#identity = identity
  }

  /** Notes the changes of one turn. A new actor is compared with the defaults of its fields. */
  note(seq: number, event: Event, changes: ReadonlyArray<Change>): void {
    for (const { living, before } of changes) {
      for (const [name, field] of audited[living.kind] ?? []) {
        if (field.audited === "commands" && event.via !== "api") continue
        const old = before === null ? field.initial : fieldOf(before, name)
        const now = fieldOf(living.context, name)
        // A snapshot from before the field was there has no value for it, which is no value.
        if (Equal.equals(old ?? null, now ?? null)) continue
        this.#entries.push({
          id: this.#identity.auditEntry(seq, living.kind, living.id, name),
          at: event.received,
          seq,
          actor: actorOf(event),
          action: event.type,
          entity_kind: living.kind,
          entity_id: living.id,
          field: name,
          old: shown(field, old),
          new: shown(field, now)
        })
      }
    }
  }

  /** Takes everything out, for a cut. */
  take(): ReadonlyArray<AuditEntry> {
    const entries = this.#entries
    this.#entries = []
    return entries
  }

  /** Puts back what a failed cut could not write. */
  putBack(entries: ReadonlyArray<AuditEntry>): void {
    this.#entries = [...entries, ...this.#entries]
  }
}
