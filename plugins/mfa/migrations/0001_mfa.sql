-- Second factors: authenticator apps (TOTP), backup codes, and the devices that need no code for a while. Secrets and hashes of codes
-- are encrypted under RUSTIO_SECRET_KEYS, so a copy of the database alone contains no usable factor.

create table rustio_mfa_totp (
  user_id bigint primary key references rustio_user on delete cascade,
  -- Encrypted; bound to the account.
  secret bytea not null,
  -- The time step of the last code that was accepted. Codes of this step and earlier ones are rejected.
  last_step bigint not null,
  created_at timestamptz(3) not null default now()
);

create table rustio_mfa_backup_code (
  id uuid primary key,
  user_id bigint not null references rustio_user on delete cascade,
  -- SHA-256 of the code, encrypted; bound to the row.
  hash bytea not null,
  used_at timestamptz(3)
);
create index rustio_mfa_backup_code_user_id_idx on rustio_mfa_backup_code (user_id);

create table rustio_mfa_remembered_device (
  id uuid primary key default gen_random_uuid(),
  user_id bigint not null references rustio_user on delete cascade,
  -- SHA-256 of the token in the cookie.
  token_hash bytea not null unique
    constraint rustio_mfa_remembered_device_token_hash_check check (octet_length(token_hash) = 32),
  user_agent text,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null default now()
);
create index rustio_mfa_remembered_device_user_id_idx on rustio_mfa_remembered_device (user_id);
create index rustio_mfa_remembered_device_expires_at_idx on rustio_mfa_remembered_device (expires_at);

-- When users first signed in under a policy that requires a second factor.
create table rustio_mfa_grace (
  user_id bigint primary key references rustio_user on delete cascade,
  started_at timestamptz(3) not null default now()
);
