-- A session gets a new token with its next page when the permissions of its account have changed.

alter table rustio_session
  -- Set by a change of groups, permissions or the password; cleared with the new token.
  add column token_due boolean not null default false,
  -- Valid for a few seconds, for requests that were sent before the browser knew the new token.
  add column previous_token_hash bytea
    constraint rustio_session_previous_token_hash_check check (octet_length(previous_token_hash) = 32),
  add column token_replaced_at timestamptz(3),
  drop constraint rustio_session_data_check,
  -- A form of 64 KB that is kept during a reauthentication, and other data.
  add constraint rustio_session_data_check check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 262144);

create index rustio_session_previous_token_hash_idx on rustio_session (previous_token_hash)
  where previous_token_hash is not null;
