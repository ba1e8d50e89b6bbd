-- Submitted forms. Each form has a one-time ID; a second submission gets the response of the first.
create table rustio_idempotency_key (
  id text not null,
  -- The user who submitted it. Other users never get the location.
  actor text not null,
  -- Redirect target of the first submission; null while it is running, or if there was none.
  location text,
  created_at timestamptz(3) not null default now(),
  constraint rustio_idempotency_key_pkey primary key (id)
);

-- Old IDs are deleted by age.
create index rustio_idempotency_key_created_at_idx on rustio_idempotency_key (created_at);
