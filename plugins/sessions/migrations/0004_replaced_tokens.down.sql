alter table rustio_session
  add column previous_token_hash bytea
    constraint rustio_session_previous_token_hash_check check (octet_length(previous_token_hash) = 32),
  add column token_replaced_at timestamptz(3);

create index rustio_session_previous_token_hash_idx on rustio_session (previous_token_hash)
  where previous_token_hash is not null;

drop table rustio_session_replaced_token;
