create table json_api_token (
  id bigint generated always as identity primary key,
  user_id bigint not null references rustio_user on delete cascade,
  name text not null constraint json_api_token_name_check check (name <> '' and length(name) <= 100),
  -- Only the hash: a copy of this table opens nothing.
  token_hash bytea not null constraint json_api_token_hash_key unique,
  -- Null: all that its owner has.
  permissions text[],
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3)
);
