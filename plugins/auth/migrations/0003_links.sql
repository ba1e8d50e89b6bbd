-- Links that are sent to users, to choose a new password or to accept an invitation; passwords that must be changed.

-- A link contains a random token; only its hash is stored.
create table rustio_account_link (
  id bigint generated always as identity primary key,
  user_id bigint not null references rustio_user on delete cascade,
  purpose text not null
    constraint rustio_account_link_purpose_check check (purpose ~ '^[a-z_]{1,40}$'),
  -- SHA-256 of the token.
  token_hash bytea not null unique
    constraint rustio_account_link_token_hash_check check (octet_length(token_hash) = 32),
  -- What the link is about, such as the new email address.
  data jsonb not null default '{}'
    constraint rustio_account_link_data_check check (jsonb_typeof(data) = 'object'),
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  -- Set when the link was used, or when its account changed in a way that ends its links.
  used_at timestamptz(3)
);

create index rustio_account_link_user_id_idx on rustio_account_link (user_id) where used_at is null;
create index rustio_account_link_expires_at_idx on rustio_account_link (expires_at);

-- True after somebody else has set a temporary password, until the user chooses one.
alter table rustio_user add column must_change_password boolean not null default false;
