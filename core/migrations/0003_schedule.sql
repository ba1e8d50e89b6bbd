-- Scheduled tasks, one row each. The process that updates the row runs the task, so only one process does.
create table rustio_schedule (
  plugin text not null,
  task text not null,
  every interval not null,
  last_started timestamptz(3) not null default now(),
  -- The process that runs the task renews it; once it has passed, that process is taken for dead. Null: nobody runs it.
  leased_until timestamptz(3),
  -- Which run holds the lease, so that a process that was taken for dead does not release the lease of its successor.
  run uuid not null,
  constraint rustio_schedule_pkey primary key (plugin, task)
);
