-- Records whose personal data was erased. Their entries remain, under another label: inserting a row here applies it to them. There is
-- no other way to change an entry, and this way changes nothing else.

create table rustio_audit_erasure (
  id bigint generated always as identity primary key,
  subject_model text not null,
  subject_key text not null,
  -- Replaces the label of the record and, if it is an account, the name of the user wherever they acted.
  label text not null,
  -- The names of the values that are removed.
  fields text[] not null,
  -- The id of the account; null if the record is not one.
  user_id bigint,
  at timestamptz(3) not null default clock_timestamp()
);

create index rustio_audit_erasure_subject_idx on rustio_audit_erasure (subject_model, left(subject_key, 400));
create index rustio_audit_erasure_user_id_idx on rustio_audit_erasure (user_id);

create trigger rustio_audit_erasure_kept
  before update or delete or truncate on rustio_audit_erasure
  for each statement
  execute function rustio_audit_append_only();

-- Replaces what an update would change by what the erasures change.
create function rustio_audit_erase_entry() returns trigger
language plpgsql
as $$
declare
  erasure rustio_audit_erasure;
  erased text := '<erased>';
begin
  if new is distinct from old then
    raise exception 'the audit trail is append-only: % rejected', lower(tg_op)
      using errcode = 'restrict_violation';
  end if;
  for erasure in
    select *
    from rustio_audit_erasure e
    where (
        e.subject_model = old.subject_model
        and left(e.subject_key, 400) = left(old.subject_key, 400)
        and e.subject_key = old.subject_key
      )
      or (old.actor_kind = 'user' and e.user_id = old.actor_id)
  loop
    if erasure.user_id = old.actor_id and old.actor_kind = 'user' then
      new.actor_label := erasure.label;
    end if;
    if erasure.subject_model = old.subject_model and erasure.subject_key = old.subject_key then
      new.subject_label := erasure.label;
      if new.before is not null then
        select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}')
        into new.before
        from jsonb_each(new.before) as member (name, value);
      end if;
      if new.after is not null then
        select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}')
        into new.after
        from jsonb_each(new.after) as member (name, value);
      end if;
    end if;
  end loop;
  return new;
end
$$;

-- Applies an erasure to the entries that exist. Runs with the rights of the owner: others need no right to update the trail.
create function rustio_audit_apply_erasure() returns trigger
language plpgsql
security definer
as $$
begin
  update rustio_audit
  set event = event
  where subject_model = new.subject_model
    and left(subject_key, 400) = left(new.subject_key, 400)
    and subject_key = new.subject_key;
  update rustio_audit
  set event = event
  where actor_id = new.user_id and actor_kind = 'user';
  return null;
end
$$;

create trigger rustio_audit_erasure_applied
  after insert on rustio_audit_erasure
  for each row
  execute function rustio_audit_apply_erasure();

-- A schema of the session must not decide which tables these functions use.
do $$
begin
  execute format('alter function rustio_audit_erase_entry() set search_path = %I, pg_temp', current_schema());
  execute format('alter function rustio_audit_apply_erasure() set search_path = %I, pg_temp', current_schema());
end
$$;

drop trigger rustio_audit_append_only on rustio_audit;

create trigger rustio_audit_append_only
  before delete or truncate on rustio_audit
  for each statement
  execute function rustio_audit_append_only();

-- An update is rejected, even of no rows, unless it comes from the trigger of an erasure.
create trigger rustio_audit_no_update
  before update on rustio_audit
  for each statement
  when (pg_trigger_depth() = 0)
  execute function rustio_audit_append_only();

create trigger rustio_audit_only_erased
  before update on rustio_audit
  for each row
  execute function rustio_audit_erase_entry();

alter table rustio_audit enable always trigger rustio_audit_append_only;
alter table rustio_audit enable always trigger rustio_audit_no_update;
alter table rustio_audit enable always trigger rustio_audit_only_erased;
alter table rustio_audit_erasure enable always trigger rustio_audit_erasure_kept;
alter table rustio_audit_erasure enable always trigger rustio_audit_erasure_applied;
