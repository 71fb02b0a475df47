/** The field manager's commands and the reports of the processors (CONTRACT §4, §5): what each sets, in any order, once. */
import { describe, expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { noKeys, packKeys, unpackKeys, useOf, withKey } from "../../machines/tenant/keys.ts"
import { providerDefaults } from "../../machines/provider-defaults.ts"
import { ann, ben, day, hour, me, message, minute, person, read, registered, running, start } from "./facts.ts"
import { membersOf } from "./compared.ts"
import { SmallTenant } from "./small-tenant.ts"

type Loose = { readonly type: string } & Readonly<Record<string, unknown>>

const created: Event = { type: "tenant_created", name: "Acme", webhook_secret: "sealed", received: start, via: "api" }
const base = { received: start + day / 4, via: "api" }
const loose = (event: Loose): Event => ({ ...base, ...event }) as unknown as Event

const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) {
    tenant.apply(event)
    tenant.expectStatesToFollowFields()
  }
  return tenant
}
const inChat = (tenant: SmallTenant, event: Loose): Event =>
  loose({ conversation_id: tenant.conversation().id, ...event })
const tell = (tenant: SmallTenant, event: Event) => {
  const { type } = tenant.run(event)
  tenant.expectStatesToFollowFields()
  return type
}
const rowsOf = (tenant: SmallTenant) => Object.fromEntries(tenant.rows.get(tenant.conversation().id) ?? [])

describe("the auth processor", () => {
  const report = (status: string, at: number, more = {}) =>
    loose({ type: "auth_reported", account_id: "account", status, at: start + at, ...more })

  test.each([
    ["connected", "active", "authenticated"],
    ["disconnected", "disconnected", "authenticated"],
    ["expired", "expired", "expired"],
    ["checkpoint_required", "checkpoint_required", "authenticated"],
    ["failed", "failed", "failed"]
  ])("%s means %s and %s", (status, account_status, auth_status) => {
    expect(after(report(status, 1)).connection()).toMatchObject({ account_status, auth_status })
  })

  const reports = [
    report("checkpoint_required", 1, { checkpoint_data: { kind: "2fa" }, hosted_auth_url: "https://in.example/1" }),
    report("failed", 2, { error: "no".repeat(1_000), provider_config: { region: "eu" } }),
    report("checkpoint_required", 3, { checkpoint_data: { kind: "sms" } })
  ]
  test.each([[reports], [reports.toReversed()]])("every piece is as new as its newest word, in any order", (events) => {
    expect(after(...events).connection()).toMatchObject({
      account_status: "checkpoint_required",
      checkpoint_data: { kind: "sms" },
      hosted_auth_url: "https://in.example/1",
      provider_config: { region: "eu" },
      last_error: "no".repeat(500)
    })
  })

  test("an account that connected waits for nothing any more, and a repeat changes nothing", () => {
    const tenant = after(...reports, report("connected", 4))
    expect(tenant.connection()).toMatchObject({ checkpoint_data: {}, hosted_auth_url: null, last_error: "" })
    expect(tenant.changes(report("connected", 4))).toBe(false)
    expect(tenant.changes(report("failed", 3, { error: "late" }))).toBe(false)
  })
})

describe("syncs of an account", () => {
  const synced = (at: number, error: string | null = null) =>
    loose({ type: "connection_synced", account_id: "account", at: start + at, error })

  test("three failures in a row fail it, a success lifts it", () => {
    const tenant = after(synced(1, "a"), synced(2, "b"))
    expect(tenant.connection()).toMatchObject({ account_status: "active", sync_error_count: 2, last_error: "b" })
    tenant.apply(synced(3, "c"))
    expect(tenant.connection()).toMatchObject({ account_status: "failed", sync_error_count: 3, last_error: "c" })
    tenant.apply(synced(4))
    expect(tenant.connection()).toMatchObject({
      account_status: "active",
      auth_status: "authenticated",
      sync_error_count: 0,
      last_error: "",
      last_sync_at: start + 4
    })
    expect(tenant.context("channel", tenant.connection().channel_id).last_sync_at).toBe(start + 4)
  })

  test("count once each, and where they belong in time", () => {
    const tenant = after(synced(5), synced(3, "old"), synced(7, "new"), synced(7, "new"), synced(6, "newer"))
    expect(tenant.connection()).toMatchObject({ sync_error_count: 2, last_error: "new", last_sync_at: start + 5 })
  })
})

describe("limits", () => {
  const prefer = (provider: string, preferences: object) =>
    loose({ type: "provider_preferences_set", provider, preferences })
  const limits = (tenant: SmallTenant) => tenant.connection().facts.tenant_limits

  test("of all nine providers stand in a new tenant, from the one table", () => {
    const preferences = after().context("tenant", "acme").provider_preferences
    expect(Object.keys(preferences)).toEqual(Object.keys(providerDefaults))
    expect(preferences.linkedin).toEqual({
      enabled_features: providerDefaults.linkedin.features,
      auto_sync_enabled: true,
      sync_frequency: "real_time",
      auto_create_contacts: true,
      preferred_auth_method: "hosted",
      rate_limits: providerDefaults.linkedin.rate_limits,
      notifications_enabled: true
    })
  })

  test("of the tenant reach the accounts in the same turn, and new accounts at registration", () => {
    const tenant = after(prefer("whatsapp", { rate_limits: { messages_per_day: 5, api_calls_per_hour: 2 } }))
    expect(tenant.connection().rate_limit_per_day).toBe(5)
    expect(limits(tenant)).toEqual({ hour: 2, day: 5 })
    tenant.apply({ ...registered, account_id: "second" })
    expect(tenant.context("connection", tenant.identity.connection("second")).rate_limit_per_day).toBe(5)
    tenant.apply(prefer("whatsapp", { rate_limits: { messages_per_day: null } }))
    expect(tenant.connection().rate_limit_per_day).toBe(1000)
    tenant.apply(prefer("linkedin", { rate_limits: { messages_per_day: 1 } }))
    expect(tenant.connection().rate_limit_per_day).toBe(1000)
  })

  test("above the provider's change nothing", () => {
    const tenant = after(prefer("whatsapp", { rate_limits: { messages_per_day: 100_000 } }))
    expect(tenant.connection().rate_limit_per_day).toBe(1000)
  })

  test.each([
    ["myspace", {}, "provider"],
    ["gmail", { enabled_features: ["messaging", "group_chat"] }, "enabled_features"],
    ["gmail", { rate_limits: { messages_per_day: 3 } }, "rate_limits.messages_per_day"],
    ["gmail", { preferred_auth_method: "native" }, "preferred_auth_method"]
  ])("of %s with %j are refused", (provider, preferences, field) => {
    const tenant = after()
    const result = tenant.run(prefer(provider, preferences))
    expect(result).toMatchObject({ type: "refused", refusal: { field } })
  })

  test("bind by the least of three", () => {
    const reserve = (id: string) =>
      loose({
        type: "send_reserved",
        account_id: "account",
        reservation_id: id,
        count: 1,
        idempotency_key: null
      })
    const tenant = after(prefer("whatsapp", { rate_limits: { api_calls_per_hour: 1 } }))
    expect(tenant.run(reserve("r1"))).toMatchObject({ type: "done", decided: { remaining_hour: 0 } })
    expect(tenant.run(reserve("r2"))).toMatchObject({ type: "declined", decided: { reason: "hourly" } })
  })
})

describe("an Idempotency-Key", () => {
  const once = { key: "k", print: "p" }
  const failed = loose({ type: "webhook_status_reported", ok: false, at: start, once })

  test("lets an event happen once, over sleep, and answers like the first time", () => {
    const tenant = after()
    expect(tenant.apply(failed).keyed).toBe("applied")
    tenant.sleepAndWake()
    expect(tenant.apply(failed)).toMatchObject({ keyed: "applied", changes: [] })
    expect(tenant.context("tenant", "acme").webhook_failures).toBe(1)
  })

  test("remembers that nothing changed, too", () => {
    const tenant = after(message("m1", 1, ann))
    const set = (priority: string, key?: string) =>
      inChat(tenant, {
        type: "conversation_type_set",
        conversation_type: priority,
        ...(key === undefined ? {} : { once: { key, print: "x" } })
      })
    tenant.apply(set("group"))
    expect(tenant.apply(set("group", "k")).keyed).toBe("duplicate")
    tenant.apply(set("direct"))
    expect(tenant.apply(set("group", "k")).keyed).toBe("duplicate")
    expect(tenant.conversation().conversation_type).toBe("direct")
  })

  test("given for something else is refused, and a refused event does not use it up", () => {
    const tenant = after()
    const bad = loose({ type: "provider_preferences_set", provider: "x", preferences: {}, once })
    expect(tenant.run(bad).type).toBe("refused")
    expect(tenant.apply(failed).keyed).toBe("applied")
    expect(tenant.run({ ...failed, once: { key: "k", print: "other" } })).toMatchObject({
      type: "refused",
      refusal: { field: "idempotency_key" }
    })
  })

  test("is forgotten, not kept for ever: a day and 10 000 newer ones, and never more than twice as many", () => {
    let keys = noKeys
    for (let n = 0; n < 30_000; n++)
      keys = withKey(keys, { key: `k${n}`, print: "p" }, { outcome: "applied" }, start + n)
    expect(useOf(keys, "k20000")).toEqual({ print: "p", outcome: "applied" })
    expect(useOf(keys, "k9999")).toBeUndefined()
    const packed = packKeys(keys)
    expect(packed.young.length + packed.old.length).toBeLessThanOrEqual(20_000)
    expect(useOf(unpackKeys(packed), "k29999")).toEqual({ print: "p", outcome: "applied" })
    for (const late of [1, 2])
      keys = withKey(keys, { key: `late${late}`, print: "p" }, { outcome: "applied" }, start + late * 2 * day)
    expect(useOf(keys, "k29999")).toBeUndefined()
  })
})

describe("read on reply", () => {
  const policy = loose({ type: "tenant_configured", changes: { read_on: "reply" } })
  const facts = [message("m1", 1, ann), message("m2", 3, ann), message("o1", 2, me)]

  test.each([[facts], [facts.toReversed()]])(
    "an outbound message reads what came before it, in any order",
    (events) => {
      expect(after(policy, ...events).conversation().unread_count).toBe(1)
      expect(after(...events).conversation().unread_count).toBe(2)
    }
  )
})

describe("a receipt on an inbound message", () => {
  test("that names somebody else is theirs, not the owner's", () => {
    const tenant = after(message("m1", 1, ann, { people: [ann, ben] }), read("m1", 5, ben))
    expect(tenant.conversation()).toMatchObject({ unread_count: 1 })
    expect(tenant.conversation().members[ben.key]!.last_read_at).toBe(start + 1)
    tenant.apply(read("m1", 6, me))
    expect(tenant.conversation()).toMatchObject({ unread_count: 0 })
  })
})

describe("a conversation", () => {
  const reported = (at: number, more: object) =>
    loose({
      type: "conversation_reported",
      account_id: "account",
      channel_type: "whatsapp",
      external_thread_id: "chat-1",
      owner: me,
      at: start + at,
      conversation_type: null,
      participant_count: null,
      message_count: null,
      is_urgent: false,
      subject: null,
      sync_status: null,
      sync_error: null,
      ...more
    })
  const reports = [
    reported(1, { conversation_type: "group", participant_count: 12, subject: "Team" }),
    message("m1", 2, ann, { thread: { metadata: { pinned: true } } }),
    reported(3, { participant_count: 14, is_urgent: true, sync_error: "timeout" })
  ]

  test.each([[reports], [reports.toReversed()]])("is what was reported of it, in any order", (events) => {
    expect(after(...events).conversation()).toMatchObject({
      conversation_type: "group",
      participant_count: 2,
      metadata: { pinned: true, participant_count: 14 },
      subject: "Team",
      priority: "high",
      sync_status: "failed",
      sync_error_count: 1,
      sync_error_message: "timeout"
    })
  })

  test("that the provider counts above a hundred messages is hot", () => {
    expect(after(reported(1, { message_count: 101 })).conversation().is_hot).toBe(true)
  })

  test("is called hot for a day, unless somebody calls it cold", () => {
    const tenant = after(message("m1", 1, ann))
    const check = (at: number) => inChat(tenant, { type: "conversation_heat_checked", received: start + at })
    tenant.apply(inChat(tenant, { type: "conversation_heat_set", is_hot: true, received: start + hour }))
    tenant.apply(check(20 * hour))
    expect(tenant.conversation().is_hot).toBe(true)
    tenant.apply(check(26 * hour))
    expect(tenant.conversation().is_hot).toBe(false)
  })

  test("gives up a type set by hand only when it is told to", () => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(inChat(tenant, { type: "conversation_type_set", conversation_type: "broadcast" }))
    tenant.apply(inChat(tenant, { type: "conversation_type_detected", release: false }))
    expect(tenant.conversation().conversation_type).toBe("broadcast")
    tenant.apply(inChat(tenant, { type: "conversation_type_detected", release: true }))
    expect(tenant.conversation().conversation_type).toBe("direct")
  })

  test("is synced, with what went wrong until the next success", () => {
    const tenant = after(message("m1", 1, ann))
    const sync = (at: number, sync_status: string, error: string | null = null) =>
      inChat(tenant, { type: "conversation_synced", at: start + at, sync_status, error })
    tenant.apply(sync(1, "failed", "e".repeat(900)))
    tenant.apply(sync(2, "failed"))
    expect(tenant.conversation()).toMatchObject({
      sync_status: "failed",
      sync_error_count: 2,
      sync_error_message: "e".repeat(500),
      last_synced_at: null
    })
    tenant.apply(sync(4, "synced"))
    expect(tenant.changes(sync(3, "partial", "late"))).toBe(false)
    expect(tenant.conversation()).toMatchObject({
      sync_status: "synced",
      sync_error_count: 0,
      sync_error_message: "",
      last_synced_at: start + 4
    })
  })
})

describe("a local message", () => {
  const local = (tenant: SmallTenant, more: object = {}) =>
    inChat(tenant, {
      type: "message_marked_local",
      client_key: "draft-1",
      message_id: null,
      content: "soon",
      subject: null,
      failed: false,
      ...more
    })
  const echo = message("o1", minute, me, { message: { content: "sent", provider_message_id: "p1" } })

  test("counts nowhere, and stands as a pending row", () => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(local(tenant))
    expect(tenant.changes(local(tenant))).toBe(false)
    expect(tenant.conversation()).toMatchObject({ message_count: 1, last_message_at: start + 1 })
    expect(rowsOf(tenant)["local:draft-1"]).toMatchObject({
      is_local_only: true,
      direction: "outbound",
      status: "pending",
      sync_status: "pending",
      content: "soon",
      sender_key: me.key
    })
    expect(tenant.connection().messages_sent_count).toBe(0)
  })

  test.each(["message_id", "client_key"])("is the same row as its echo, found by %s", (by) => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(local(tenant))
    if (by === "message_id") tenant.apply(local(tenant, { message_id: "o1" }))
    const shown = by === "message_id" ? echo : { ...echo, message: { ...echo.message, client_key: "draft-1" } }
    tenant.apply(shown)
    expect(Object.keys(rowsOf(tenant))).toEqual(["m1", "local:draft-1"])
    expect(rowsOf(tenant)["local:draft-1"]).toMatchObject({
      is_local_only: false,
      provider_message_id: "o1",
      content: "sent",
      status: "sent",
      sync_status: "synced",
      sent_at: start + minute
    })
    expect(tenant.conversation().message_count).toBe(2)
    expect(tenant.changes(shown)).toBe(false)
    expect(tenant.changes(local(tenant, { content: "too late" }))).toBe(false)
    for (const name of ["o1", "p1"]) tenant.apply(read(name, 2 * minute))
    expect(rowsOf(tenant)["local:draft-1"]).toMatchObject({ status: "read" })
  })

  test("whose id is known from the start has the row of that id", () => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(local(tenant, { message_id: "o1" }))
    tenant.apply(echo)
    expect(Object.keys(rowsOf(tenant))).toEqual(["m1", "o1"])
    expect(rowsOf(tenant)["o1"]).toMatchObject({ is_local_only: false, provider_message_id: "p1", content: "sent" })
  })

  test("whose echo was faster than the word of its id is hidden", () => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(local(tenant))
    tenant.apply(echo)
    tenant.apply(local(tenant, { message_id: "o1" }))
    expect(rowsOf(tenant)["local:draft-1"]).toMatchObject({ hidden: true, is_local_only: false, content: null })
    expect(tenant.conversation().message_count).toBe(2)
    expect(tenant.connection().messages_sent_count).toBe(1)
  })
})

describe("a message", () => {
  test("at another time is counted as if it had always been there", () => {
    const tenant = after(message("m1", 1, ann), message("m2", 2, ann), message("m3", 9, ann))
    tenant.apply(inChat(tenant, { type: "conversation_read", user_id: "u", message_id: "m2" }))
    const timed = (message_id: string, at: number, field = "received_at") =>
      inChat(tenant, { type: "message_timed", message_id, at: start + at, field })
    tenant.apply(timed("m1", 5))
    const fresh = after(message("m2", 2, ann), message("m1", 5, ann), message("m3", 9, ann))
    fresh.apply(inChat(fresh, { type: "conversation_read", user_id: "u", message_id: "m2" }))
    for (const name of ["unread_count", "message_count", "last_message_at", "is_hot"] as const) {
      expect(tenant.conversation()[name]).toEqual(fresh.conversation()[name])
    }
    expect(tenant.conversation().facts.newest).toEqual(fresh.conversation().facts.newest)
    tenant.apply(timed("m3", 3))
    expect(tenant.conversation().last_message_at).toBe(start + 5)
    expect(tenant.changes(message("m3", 9, ann))).toBe(false)
    expect(tenant.changes(timed("m3", 3))).toBe(false)
    expect(tell(tenant, timed("m3", 3, "sent_at"))).toBe("refused")
    expect(tell(tenant, timed("none", 3))).toBe("refused")
  })

  test("has the subject that it was given", () => {
    const tenant = after(message("m1", 1, ann))
    const subject = inChat(tenant, { type: "message_subject_set", message_id: "m1", subject: "Offer" })
    tenant.apply(subject)
    expect(rowsOf(tenant)["m1"]).toMatchObject({ subject: "Offer" })
    expect(tenant.changes(subject)).toBe(false)
  })
})

describe("a member", () => {
  test("keeps the provider id that the CRM gave", () => {
    const tenant = after(message("m1", 1, person("ann", { provider_participant_id: "a1" })))
    const give = (id: string | null) =>
      inChat(tenant, { type: "member_provider_id_set", key: ann.key, provider_participant_id: id })
    tenant.apply(give("a2"))
    tenant.apply(message("m2", 0, person("ann", { provider_participant_id: "a0" })))
    expect(tenant.conversation().members[ann.key]!.provider_participant_id).toBe("a2")
    tenant.apply(give(null))
    expect(tenant.conversation().members[ann.key]!.provider_participant_id).toBe("a0")
    expect(tell(tenant, inChat(tenant, { type: "member_active", key: "phone:x", at: start }))).toBe("refused")
  })

  test("who was active has the newest activity, and the messages that the rows say", () => {
    const tenant = after(message("m1", 1, ann), message("m2", 2, me))
    const active = (at: number, counted?: object) =>
      inChat(tenant, { type: "member_active", key: ann.key, at: start + at, ...(counted && { counted }) })
    const shown = () => membersOf(tenant.conversation())[ann.key]
    tenant.apply(active(7))
    expect(shown()).toMatchObject({ last_message_at: start + 7, message_count: 1, unread_count: 1 })
    tenant.apply(active(5))
    expect(shown()).toMatchObject({ last_message_at: start + 7, message_count: 1 })
    const counted = { found: 2, right: 1, last_message_at: start + 9 }
    tenant.apply(message("m3", 8, ann))
    tenant.apply(active(5, counted))
    // One more was counted than the rows hold; what came since the cut stays on top.
    expect(shown()).toMatchObject({ last_message_at: start + 9, message_count: 1 })
  })

  test("who was active is there again", () => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(loose({ ...({ ...message("x", 5, ann) } as object), type: "member_left", person: ann } as Loose))
    expect(tenant.conversation().participant_count).toBe(1)
    tenant.apply(inChat(tenant, { type: "member_active", key: ann.key, at: start + 7 }))
    expect(tenant.conversation().participant_count).toBe(2)
    const participant = tenant.context("participant", tenant.identity.participant(ann.key))
    expect(participant).toMatchObject({ last_seen: start + 7, first_seen: start + 1 })
  })
})

describe("a participant", () => {
  const id = new SmallTenant().identity.participant(ann.key)
  const reported = (at: number, shown: object, contact_record: string | null = null) =>
    loose({
      type: "participant_reported",
      at: start + at,
      participant_id: id,
      person: null,
      shown: { name: null, avatar_url: null, identifiers: {}, ...shown },
      contact_record
    })
  const phone = { identifiers: { phone: "+447700900123" } }

  test.each([
    ["phone_webhook", 0.9, { phone: "+447700900123", linkedin_member_urn: "urn" }],
    ["linkedin_webhook", 0.85, { linkedin_member_urn: "urn", telegram_id: "7" }],
    ["provider_webhook", 0.8, { telegram_id: "7" }],
    ["provider_webhook", 0.8, { email: "ann@one.example" }],
    ["provider_webhook", 0.8, {}]
  ])("is resolved by a report as %s, %d sure, by what comes with it", (resolution_method, confidence, identifiers) => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(reported(2, { identifiers }, "rec-1"))
    expect(tenant.context("participant", id)).toMatchObject({
      ...identifiers,
      contact_record: "rec-1",
      resolution_method,
      resolution_confidence: confidence,
      resolved_at: start + 2
    })
  })

  test("stays resolved by the surer report, whichever came first", () => {
    const tenant = after(message("m1", 1, ann))
    tenant.apply(reported(2, {}, "rec-1"))
    tenant.apply(reported(1, phone, "rec-2"))
    expect(tenant.context("participant", id)).toMatchObject({ contact_record: "rec-2", resolution_confidence: 0.9 })
    tenant.apply(reported(3, {}, "rec-3"))
    expect(tenant.context("participant", id)).toMatchObject({ contact_record: "rec-2", resolution_confidence: 0.9 })
  })

  const given = (contact_record: string | null, certainty?: { confidence: number; method: string }) =>
    loose({ type: "participant_resolved", participant_id: id, contact_record, ...(certainty && { certainty }) })
  const match = (record_id: string, email: string): Event => ({
    type: "record_put",
    record: { record_id, kind: "contact", pipeline_id: null, emails: [email], phones: [], linkedin: [], domains: [] },
    received: start + 50,
    via: "api"
  })

  test.each(["crm_score", "email_match", "domain"])(
    "is who the CRM says it is, as surely as it says, by %s: no match and no webhook replaces that",
    (method) => {
      const tenant = after(message("m1", 1, ann))
      tenant.apply(reported(2, { identifiers: { email: "ann@one.example" } }))
      tenant.apply(given("rec-1", { confidence: 0.6, method }))
      tenant.apply(match("rec-2", "ann@one.example"))
      tenant.apply(reported(9, phone, "rec-3"))
      tenant.apply(loose({ type: "participant_rematched", participant_id: id }))
      expect(tenant.context("participant", id)).toMatchObject({
        contact_record: "rec-1",
        resolution_confidence: 0.6,
        resolution_method: method
      })
      expect(tenant.changes(given("rec-1", { confidence: 0.6, method }))).toBe(false)
      tenant.apply(given("rec-1"))
      expect(tenant.context("participant", id)).toMatchObject({
        resolution_confidence: 1,
        resolution_method: "manual_link"
      })
      tenant.apply(given(null))
      tenant.apply(reported(10, phone, "rec-3"))
      expect(tenant.context("participant", id)).toMatchObject({ contact_record: "rec-3" })
    }
  )

  test("of a company is what the CRM says, as surely as it says, and not what a domain says", () => {
    const company: Event = {
      type: "record_put",
      record: {
        record_id: "acme",
        kind: "company",
        pipeline_id: null,
        emails: [],
        phones: [],
        linkedin: [],
        domains: ["one.example"]
      },
      received: start + 50,
      via: "api"
    }
    const secondary = (secondary_record: string | null, method: string) =>
      loose({
        type: "participant_secondary_set",
        participant_id: id,
        secondary_record,
        secondary_pipeline: "p",
        certainty: { confidence: 0.55, method }
      })
    const tenant = after(message("m1", 1, ann))
    tenant.apply(reported(2, { identifiers: { email: "ann@one.example" } }))
    tenant.apply(secondary("other", "domain"))
    tenant.apply(company)
    tenant.apply(loose({ type: "participant_rematched", participant_id: id }))
    expect(tenant.context("participant", id)).toMatchObject({
      secondary_record: "other",
      secondary_confidence: 0.55,
      secondary_resolution_method: "domain"
    })
    expect(tenant.changes(secondary("other", "domain"))).toBe(false)
  })

  test("is called what the CRM says, whatever providers show, until it takes that back", () => {
    const tenant = after(message("m1", 5, ann))
    const correct = (corrections: object) => loose({ type: "participant_corrected", participant_id: id, corrections })
    tenant.apply(correct({ name: "Dr Ann", instagram_username: "ann" }))
    tenant.apply(message("m2", 1, person("ann", { name: "Annie" })))
    expect(tenant.context("participant", id)).toMatchObject({ name: "Dr Ann", instagram_username: "ann" })
    expect(tenant.changes(correct({ name: "Dr Ann" }))).toBe(false)
    tenant.apply(correct({ name: null }))
    expect(tenant.context("participant", id)).toMatchObject({ name: "Annie", instagram_username: "ann" })
  })
})

describe("a channel", () => {
  test("has the settings, the description and the activity that it was given", () => {
    const tenant = after()
    const { channel_id } = tenant.connection()
    const given = [
      loose({ type: "channel_sync_settings_set", channel_id, sync_settings: { a: 1 } }),
      loose({ type: "channel_sync_settings_set", channel_id, sync_settings: { b: 2 } }),
      loose({ type: "channel_described", channel_id, description: "Sales" }),
      loose({ type: "channel_activity_set", channel_id, is_active: false })
    ]
    for (const event of given) tenant.apply(event)
    expect(tenant.context("channel", channel_id)).toMatchObject({
      sync_settings: { b: 2 },
      description: "Sales",
      is_active: false
    })
    for (const event of given.slice(1)) expect(tenant.changes(event)).toBe(false)
  })
})

describe("the webhook secret", () => {
  test("leaves the one before it behind, until its time is over", () => {
    const rotated = (n: number) =>
      loose({ type: "webhook_secret_rotated", webhook_secret: `sealed-${n}`, previous_until: start + n * day })
    expect(after(rotated(1), rotated(2)).context("tenant", "acme")).toMatchObject({
      webhook_secret: "sealed-2",
      previous_webhook_secret: "sealed-1",
      previous_webhook_secret_until: start + 2 * day
    })
  })
})
