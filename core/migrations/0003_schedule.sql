-- Scheduled tasks, one row each. The process that updates the row runs the task, so only one process does.
create table rustio_schedule (
  plugin text not null,
  task text not null,
  every interval not null,
  last_started timestamptz(3) not null default now(),
  -- Renewed by the process that runs the task. After this time, the process is considered dead. Null if the task is not running.
  leased_until timestamptz(3),
  -- ID of the run that holds the lease, so that a process considered dead cannot release its successor's lease.
  run uuid not null,
  constraint rustio_schedule_pkey primary key (plugin, task)
);
