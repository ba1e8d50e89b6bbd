create table key_sign_in_key (
  user_id bigint primary key references rustio_user on delete cascade,
  public_key bytea not null
);
create table key_sign_in_challenge (
  challenge text primary key,
  created_at timestamptz not null default now()
);
