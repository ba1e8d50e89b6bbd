create table queue_job (
  id bigint generated always as identity primary key,
  name text not null,
  payload jsonb not null,
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  done_at timestamptz,
  last_error text
);
create index queue_job_open_idx on queue_job (run_at) where done_at is null;
