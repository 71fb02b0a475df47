/**
 * The weight of an actor: its share of the heap, estimated from the bytes of its snapshot. Those are made for every cut and read at
 * every wake, so weighing costs nothing. Growth between two cuts is weighed with the events that no cut holds (Backlog).
 */

/** An empty actor: the XState actor and its context. */
export const bareActor = 4_096
/**
 * Bytes of heap for each byte of a snapshot. Measured: 1.7 to 3.8, least for texts, most for windows full of messages.
 */
const perByte = 3

/** Of an actor whose snapshot has so many bytes. */
export const actorWeight = (snapshotBytes: number): number => bareActor + perByte * snapshotBytes
