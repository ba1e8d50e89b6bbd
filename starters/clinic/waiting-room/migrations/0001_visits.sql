-- No foreign key to the appointment: tables of plugins are made before those of the project. The plugin hears when an
-- appointment is deleted, and takes its visit along.
create table waiting_visit (
  appointment_id bigint not null,
  arrived_at timestamptz(3) not null default now(),
  called_at timestamptz(3),
  room text,
  constraint waiting_visit_pkey primary key (appointment_id),
  constraint waiting_visit_called_after_arrival check (called_at >= arrived_at),
  constraint waiting_visit_room_if_called check ((room is null) = (called_at is null)),
  constraint waiting_visit_room_max check (char_length(room) <= 20)
);
create index waiting_visit_arrived_at_idx on waiting_visit (arrived_at);
