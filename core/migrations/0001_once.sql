-- Forms that were posted: each carries a one-time id, and the second post of the same form gets the first one's answer.
create table rustio_once (
  id text not null,
  -- Who posted it: nobody else is told where the first post led.
  actor text not null,
  -- Where the first post led; null as long as it runs, and when it led nowhere.
  location text,
  created_at timestamptz(3) not null default now(),
  constraint rustio_once_pkey primary key (id)
);

-- Old ids are deleted by age.
create index rustio_once_created_at_idx on rustio_once (created_at);
