-- What graphile-worker does not store about a job: who caused it, its progress, and that it is done. The last is written in the
-- transaction of the job's own changes, so that they happen once even if the job is run twice.
create table rustio_job (
  -- The id in graphile_worker.jobs. There is no foreign key, because a row is kept for a while after its job has ended.
  id bigint primary key,
  task text not null,
  -- The name of the actor who caused it, and the user on whose behalf it runs.
  caused_by text not null,
  user_id bigint,
  user_name text,
  correlation_id text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  started_at timestamptz(3),
  progress_done bigint,
  progress_total bigint,
  -- How often the process that ran it ended without returning it.
  losses integer not null default 0,
  finished_at timestamptz(3),
  outcome text constraint rustio_job_outcome_check check (outcome in ('done', 'cancelled', 'discarded')),
  constraint rustio_job_user_check check ((user_id is null) = (user_name is null)),
  constraint rustio_job_finished_check check ((finished_at is null) = (outcome is null))
);
create index rustio_job_finished_idx on rustio_job (finished_at desc, id desc) where finished_at is not null;
create index rustio_job_open_idx on rustio_job (id desc) where finished_at is null;

-- The processes that run jobs. Jobs of a process that is no longer seen are run by another one.
create table rustio_job_worker (
  -- As in the column locked_by of graphile-worker.
  id text primary key,
  process text not null,
  started_at timestamptz(3) not null default clock_timestamp(),
  seen_at timestamptz(3) not null default clock_timestamp()
);

-- When each schedule is next due.
create table rustio_job_schedule (
  name text primary key,
  -- The cron expression and time zone for which next_at was computed.
  timing text not null,
  next_at timestamptz(3) not null,
  last_at timestamptz(3)
);
