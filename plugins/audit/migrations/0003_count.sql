-- How often an event that anyone can cause at will (a failed sign-in, a refused request) happened within a minute: the trail has one
-- entry for them, this table the number. A count can only grow, by one.
create table rustio_audit_count (
  minute timestamptz(0) not null,
  -- The event and who caused it; for anonymous requests their network.
  source text not null,
  -- What it concerned; empty for everything beyond the first targets of a source.
  target text not null,
  entry_id bigint,
  count integer not null default 1,
  last_at timestamptz(3) not null default clock_timestamp(),
  constraint rustio_audit_count_pkey primary key (minute, source, target),
  constraint rustio_audit_count_entry_key unique (entry_id)
);

create function rustio_audit_count_grows() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    if new.count = 1 and new.entry_id is null then return new; end if;
  elsif (new.minute, new.source, new.target) = (old.minute, old.source, old.target) then
    if new.count = old.count + 1 and new.entry_id is not distinct from old.entry_id then return new; end if;
    if new.count = old.count and old.entry_id is null and new.last_at = old.last_at then return new; end if;
  end if;
  raise exception 'the counts of the audit trail only grow: % refused', lower(tg_op)
    using errcode = 'restrict_violation';
end
$$;

create trigger rustio_audit_count_grows
  before insert or update on rustio_audit_count
  for each row
  execute function rustio_audit_count_grows();

create trigger rustio_audit_count_kept
  before delete or truncate on rustio_audit_count
  for each statement
  execute function rustio_audit_append_only();

-- Also where a session pretends to be a replica, which switches ordinary triggers off.
alter table rustio_audit_count enable always trigger rustio_audit_count_grows;
alter table rustio_audit_count enable always trigger rustio_audit_count_kept;
