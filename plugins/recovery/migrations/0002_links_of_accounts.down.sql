-- The links that were sent after the migration end.

create table rustio_recovery_link (
  id bigint generated always as identity primary key,
  user_id bigint not null references rustio_user on delete cascade,
  -- SHA-256 of the token.
  token_hash bytea not null unique
    constraint rustio_recovery_link_token_hash_check check (octet_length(token_hash) = 32),
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  -- Set when a password was chosen with the link, or when the account changed in a way that ends its links.
  used_at timestamptz(3)
);

create index rustio_recovery_link_user_id_idx on rustio_recovery_link (user_id) where used_at is null;
create index rustio_recovery_link_expires_at_idx on rustio_recovery_link (expires_at);
