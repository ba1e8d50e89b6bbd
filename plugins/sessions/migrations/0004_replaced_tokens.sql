-- Every token that a session has had before: its use after the replacement reveals that the token was stolen.

create table rustio_session_replaced_token (
  token_hash bytea primary key
    constraint rustio_session_replaced_token_token_hash_check check (octet_length(token_hash) = 32),
  session_id uuid not null references rustio_session on delete cascade,
  -- Accepted for a few seconds, for requests that were sent before the browser knew the new token.
  accepted boolean not null,
  replaced_at timestamptz(3) not null default now()
);

create index rustio_session_replaced_token_session_id_idx on rustio_session_replaced_token (session_id);

insert into rustio_session_replaced_token (token_hash, session_id, accepted, replaced_at)
select previous_token_hash, id, true, token_replaced_at
from rustio_session
where previous_token_hash is not null and token_replaced_at is not null
on conflict do nothing;

alter table rustio_session
  drop column previous_token_hash,
  drop column token_replaced_at;
