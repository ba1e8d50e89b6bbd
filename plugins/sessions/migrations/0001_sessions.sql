-- Sessions: one row per sign-in. Only a hash of the token is stored.

create table rustio_session (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null
    constraint rustio_session_token_hash_key unique
    constraint rustio_session_token_hash_check check (octet_length(token_hash) = 32),
  user_id bigint not null references rustio_user on delete cascade,
  -- The trust level: password, or second factor as well. Plugins can add levels.
  trust text not null default 'authenticated'
    constraint rustio_session_trust_check check (trust ~ '^[a-z_]{1,40}$'),
  -- Session data of pages and plugins (ctx.session). It grants no access. The application limits it to 16 KB; this constraint allows
  -- for concurrent requests.
  data jsonb not null default '{}'
    constraint rustio_session_data_check check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 65536),
  created_at timestamptz(3) not null default now(),
  last_seen_at timestamptz(3) not null default now(),
  -- When the user last entered their password; used to decide whether to ask for it again.
  authenticated_at timestamptz(3) not null default now(),
  idle_expires_at timestamptz(3) not null,
  absolute_expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  ended_reason text
    constraint rustio_session_ended_reason_check check (ended_reason ~ '^[a-z_]{1,40}$'),
  address inet,
  user_agent text
    constraint rustio_session_user_agent_check check (length(user_agent) <= 400),
  constraint rustio_session_ended_check check ((ended_at is null) = (ended_reason is null)),
  constraint rustio_session_expires_check check (idle_expires_at <= absolute_expires_at)
);

create index rustio_session_user_id_idx on rustio_session (user_id) where ended_at is null;
create index rustio_session_idle_expires_at_idx on rustio_session (idle_expires_at) where ended_at is null;
create index rustio_session_ended_at_idx on rustio_session (ended_at) where ended_at is not null;

-- Prevents a request in progress from reactivating an ended session.
create function rustio_session_stays_ended() returns trigger
language plpgsql
as $$
begin
  raise exception 'session % has ended and cannot be changed', old.id
    using errcode = 'restrict_violation';
end
$$;

create trigger rustio_session_stays_ended
  before update on rustio_session
  for each row
  when (old.ended_at is not null)
  execute function rustio_session_stays_ended();
