/**
 * The connections on the way of events: cuts, wakes, look-ups, and the journal read back when a tenant loads. Questions and tasks have
 * others: as many of those as there are, and as slow, none delays a cut or an event. Each tenant has one cut, one wake and one look-up
 * under way at most. The embedded Postgres has one connection for everything.
 */
import * as Context from "effect/Context"
import type { SqlClient } from "effect/sql/SqlClient"

export class EventsClient extends Context.Service<EventsClient, SqlClient>()("switchboard/persistence/EventsClient") {}
