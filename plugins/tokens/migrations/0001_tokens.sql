-- Tokens with which programs authenticate as a person or a service account.

create table rustio_token (
  id bigint generated always as identity primary key,
  -- The part of the token that is not secret. It finds the row and appears in the audit trail.
  public_id text not null unique
    constraint rustio_token_public_id_check check (public_id ~ '^[0-9a-f]{12}$'),
  user_id bigint not null references rustio_user on delete cascade,
  name text not null
    constraint rustio_token_name_check check (length(name) between 1 and 100),
  -- SHA-256 of the token.
  token_hash bytea not null
    constraint rustio_token_token_hash_check check (octet_length(token_hash) = 32),
  created_at timestamptz(3) not null default now(),
  -- No token is valid for more than 366 days.
  expires_at timestamptz(3) not null
    constraint rustio_token_expires_at_check
      check (expires_at > created_at and expires_at <= created_at + interval '8784 hours'),
  last_used_at timestamptz(3),
  last_used_address inet,
  ended_at timestamptz(3),
  ended_reason text
    constraint rustio_token_ended_reason_check check (ended_reason ~ '^[a-z_]{1,40}$'),
  constraint rustio_token_ended_check check ((ended_at is null) = (ended_reason is null))
);

create index rustio_token_user_id_idx on rustio_token (user_id);
create index rustio_token_expires_at_idx on rustio_token (expires_at);

-- The permissions that a token is limited to, and the table that each was granted for: see rustio_user_permission.
create table rustio_token_permission (
  token_id bigint not null references rustio_token on delete cascade,
  permission text not null,
  relation regclass,
  primary key (token_id, permission)
);

create function rustio_token_stays_ended() returns trigger
language plpgsql
as $$
begin
  raise exception 'token % has ended and cannot be changed', old.public_id
    using errcode = 'restrict_violation';
end
$$;

create trigger rustio_token_stays_ended
  before update on rustio_token
  for each row
  when (old.ended_at is not null)
  execute function rustio_token_stays_ended();
