-- Public keys of passkeys. Their private keys never leave the devices, so nothing here is secret.
create table rustio_mfa_passkey (
  id bigint generated always as identity primary key,
  user_id bigint not null references rustio_user on delete cascade,
  -- Chosen by the authenticator; WebAuthn allows 1,023 bytes.
  credential_id bytea not null unique check (octet_length(credential_id) between 16 and 1023),
  -- A COSE key (RFC 9052).
  public_key bytea not null,
  -- How often the authenticator has signed, as it reports; 0 if it does not count.
  counter bigint not null check (counter >= 0),
  transports text[] not null default '{}',
  -- Random, and the same for all passkeys of an account, so that a device shows them as one account.
  user_handle bytea not null check (octet_length(user_handle) = 32),
  name text not null check (char_length(name) between 1 and 60),
  -- The model of the authenticator, as it reports.
  aaguid uuid not null,
  -- Whether it is a copy in an account of the user, such as a password manager.
  backed_up boolean not null,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3)
);
create index rustio_mfa_passkey_user_id on rustio_mfa_passkey (user_id);

-- Challenges that wait for a signature. A row is deleted when its challenge is used.
create table rustio_mfa_challenge (
  -- SHA-256 of the challenge.
  hash bytea primary key,
  purpose text not null check (purpose in ('registration', 'sign_in', 'second_factor', 'reauthentication')),
  -- SHA-256 of the id of the session, or of the secret of the browser, that requested it.
  bound_to bytea not null,
  -- Of a registration: the handle that the browser has received.
  user_handle bytea,
  -- Of a sign-in: SHA-256 of the network that requested it.
  network bytea,
  expires_at timestamptz(3) not null
);
create index rustio_mfa_challenge_network on rustio_mfa_challenge (network) where network is not null;
create index rustio_mfa_challenge_expires_at on rustio_mfa_challenge (expires_at);
