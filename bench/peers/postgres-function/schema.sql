create table conversations (
  channel_id text not null, chat_id text not null, subject text, status text not null default 'active',
  message_count bigint not null default 0, unread_count bigint not null default 0, last_message_at timestamptz,
  primary key (channel_id, chat_id)
);
create table participants (
  id text primary key, name text, phone text, total_messages bigint not null default 0, first_seen timestamptz, last_seen timestamptz
);
create table members (
  channel_id text not null, chat_id text not null, participant_id text not null, message_count bigint not null default 0,
  last_message_at timestamptz, primary key (channel_id, chat_id, participant_id)
);
create table messages (
  channel_id text not null, chat_id text not null, message_id text not null, sender_id text, direction text not null,
  content text, at timestamptz not null, metadata jsonb not null, primary key (channel_id, chat_id, message_id)
);

-- One webhook: five upserts in one transaction, nothing when the message is known. The channel's totals are left out: their row would be
-- one that all webhooks of an account wait for, and this peer is to be as fast as it can.
create function receive(payload jsonb) returns text language plpgsql as $$
declare
  channel text := payload ->> 'account_id';
  chat text := payload ->> 'chat_id';
  sender text := payload -> 'sender' ->> 'attendee_provider_id';
  happened timestamptz := (payload ->> 'timestamp')::timestamptz;
  outbound boolean := (payload ->> 'is_sender')::boolean;
begin
  insert into messages values (
    channel, chat, payload ->> 'message_id', sender, case when outbound then 'outbound' else 'inbound' end, payload ->> 'message',
    happened, jsonb_build_object('provider_message_id', payload ->> 'provider_message_id', 'quoted', payload -> 'quoted')
  ) on conflict do nothing;
  if not found then return 'duplicate'; end if;
  insert into conversations as c (channel_id, chat_id, subject, message_count, unread_count, last_message_at)
    values (channel, chat, payload ->> 'subject', 1, case when outbound then 0 else 1 end, happened)
    on conflict (channel_id, chat_id) do update set
      message_count = c.message_count + 1, unread_count = c.unread_count + excluded.unread_count, status = 'active',
      last_message_at = greatest(c.last_message_at, excluded.last_message_at);
  insert into participants as p (id, name, phone, total_messages, first_seen, last_seen)
    values (sender, payload -> 'sender' ->> 'attendee_name',
      payload -> 'sender' -> 'attendee_specifics' ->> 'phone_number', 1, happened, happened)
    on conflict (id) do update set
      name = excluded.name, total_messages = p.total_messages + 1, first_seen = least(p.first_seen, excluded.first_seen),
      last_seen = greatest(p.last_seen, excluded.last_seen);
  insert into members as m values (channel, chat, sender, 1, happened)
    on conflict (channel_id, chat_id, participant_id) do update set
      message_count = m.message_count + 1, last_message_at = greatest(m.last_message_at, excluded.last_message_at);
  insert into members as m values (channel, chat, 'owner', case when outbound then 1 else 0 end, null)
    on conflict (channel_id, chat_id, participant_id) do update set message_count = m.message_count + excluded.message_count;
  return 'applied';
end $$;
