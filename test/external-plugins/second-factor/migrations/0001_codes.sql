create table second_factor_code (
  user_id bigint primary key references rustio_user on delete cascade,
  -- Of a fixed code that the user was given: this plugin shows the hooks, not how to do second factors.
  code_hash bytea not null,
  failures integer not null default 0
);
