/**
 * What an actor takes of the heap, by and large. Its snapshot's bytes tell: they are made for every cut and read at every wake, so to
 * weigh costs nothing. What an actor grows by between two cuts is weighed with the events that no cut holds (Backlog).
 */

/** An actor that knows nothing: the XState actor and its context. */
export const bareActor = 4_096
/** Bytes of the heap for one of a snapshot: measured 1.7 to 3.8, least for texts, most for windows full of messages. */
const perByte = 3

/** Of an actor whose snapshot has so many bytes. */
export const actorWeight = (snapshotBytes: number): number => bareActor + perByte * snapshotBytes
