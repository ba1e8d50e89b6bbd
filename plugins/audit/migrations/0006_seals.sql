-- Seals: chained hashes over the entries, with which `rustio-admin audit verify` finds entries that were changed, deleted or inserted
-- later. docs/decisions/0021-sealed-audit.md describes the format.

-- Blinds the hashes of the values that an erasure can remove. The erasure of a sealed entry deletes it.
alter table rustio_audit add column salt uuid default gen_random_uuid();

-- Seal n covers the entries with the ids from first_id to last_id, and the counts of the minutes up to counts_until that earlier seals do
-- not cover. The ranges of consecutive seals follow each other without gaps.
create table rustio_audit_seal (
  number bigint constraint rustio_audit_seal_pkey primary key,
  at timestamptz(3) not null,
  first_id bigint not null,
  last_id bigint not null,
  entries bigint not null,
  root bytea not null,
  counts_until timestamptz(0) not null,
  counts bigint not null,
  counts_root bytea not null,
  -- The hash of the seal before; 32 zero bytes in the first one.
  previous bytea not null,
  hash bytea not null,
  -- The hash, signed with a key outside the database; null if there is none.
  key_id text,
  signature bytea,
  constraint rustio_audit_seal_signature_check check ((key_id is null) = (signature is null))
);

create index rustio_audit_seal_last_id_idx on rustio_audit_seal (last_id);

-- What a seal covers: the ids in ascending order, and the hash of each, 32 bytes. Counts have the id of their entry.
create table rustio_audit_sealed (
  seal bigint constraint rustio_audit_sealed_pkey primary key,
  ids bigint[] not null,
  hashes bytea not null,
  count_ids bigint[] not null,
  count_hashes bytea not null
);

-- What verifies a sealed entry after an erasure: the hashes of the erased values, and the salts of the others, by the path of the value.
create table rustio_audit_erased_entry (
  entry_id bigint constraint rustio_audit_erased_entry_pkey primary key,
  hashes jsonb not null,
  salts jsonb not null
);

create trigger rustio_audit_seal_kept
  before update or delete or truncate on rustio_audit_seal
  for each statement
  execute function rustio_audit_append_only();

create trigger rustio_audit_sealed_kept
  before update or delete or truncate on rustio_audit_sealed
  for each statement
  execute function rustio_audit_append_only();

create trigger rustio_audit_erased_entry_kept
  before delete or truncate on rustio_audit_erased_entry
  for each statement
  execute function rustio_audit_append_only();

-- Only the trigger of an erasure writes here.
create trigger rustio_audit_erased_entry_by_erasure
  before insert or update on rustio_audit_erased_entry
  for each statement
  when (pg_trigger_depth() = 0)
  execute function rustio_audit_append_only();

alter table rustio_audit_seal enable always trigger rustio_audit_seal_kept;
alter table rustio_audit_sealed enable always trigger rustio_audit_sealed_kept;
alter table rustio_audit_erased_entry enable always trigger rustio_audit_erased_entry_kept;
alter table rustio_audit_erased_entry enable always trigger rustio_audit_erased_entry_by_erasure;

-- As before, and keeps what verifies the entry if it is sealed. A salt and a hash cannot be computed from each other without the value.
create or replace function rustio_audit_erase_entry() returns trigger
language plpgsql
as $$
declare
  erasure rustio_audit_erasure;
  erased text := '<erased>';
  encoding text := case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end;
  kept rustio_audit_erased_entry;
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
    order by e.id
  loop
    if erasure.user_id = old.actor_id and old.actor_kind = 'user' then
      new.actor_label := erasure.label;
    end if;
    if erasure.subject_model = old.subject_model and erasure.subject_key = old.subject_key then
      new.subject_label := erasure.label;
      if jsonb_typeof(new.before) = 'object' then
        select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}')
        into new.before
        from jsonb_each(new.before) as member (name, value);
      end if;
      if jsonb_typeof(new.after) = 'object' then
        select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}')
        into new.after
        from jsonb_each(new.after) as member (name, value);
      end if;
    end if;
  end loop;
  if new is not distinct from old or not exists (select from rustio_audit_seal s where s.last_id >= old.id) then
    return new;
  end if;
  select * into kept from rustio_audit_erased_entry e where e.entry_id = old.id;
  select
    old.id,
    coalesce(kept.hashes, '{}') || coalesce(jsonb_object_agg(path, encode(sha256(salt || convert_to(value, encoding)), 'hex')) filter (where is_erased), '{}'),
    coalesce(jsonb_object_agg(path, encode(salt, 'hex')) filter (where not is_erased), '{}')
  into kept.entry_id, kept.hashes, kept.salts
  from (
    select 'actor_label' as path, old.actor_label as value, new.actor_label is distinct from old.actor_label as is_erased
    union all
    select 'subject_label', old.subject_label, new.subject_label is distinct from old.subject_label
    union all
    select 'before:' || name, value::text, value is distinct from new.before -> name
    from jsonb_each(case jsonb_typeof(old.before) when 'object' then old.before end) as member (name, value)
    union all
    select 'after:' || name, value::text, value is distinct from new.after -> name
    from jsonb_each(case jsonb_typeof(old.after) when 'object' then old.after end) as member (name, value)
    union all
    select 'before', old.before::text, false where jsonb_typeof(old.before) <> 'object'
    union all
    select 'after', old.after::text, false where jsonb_typeof(old.after) <> 'object'
  ) as member, lateral (
    select coalesce(sha256(uuid_send(old.salt) || convert_to(path, encoding)), decode(kept.salts ->> path, 'hex')) as salt
  ) as blinding
  where kept.hashes -> path is null;
  insert into rustio_audit_erased_entry (entry_id, hashes, salts)
  values (kept.entry_id, kept.hashes, kept.salts)
  on conflict (entry_id) do update set hashes = excluded.hashes, salts = excluded.salts;
  new.salt := null;
  return new;
end
$$;

-- As before. No entry is sealed while an erasure changes it, and none is changed while it is sealed.
create or replace function rustio_audit_apply_erasure() returns trigger
language plpgsql
security definer
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('rustio audit seal', 0));
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

-- As before, but only within half an hour: a count is sealed an hour after its minute, and does not change any more.
create or replace function rustio_audit_count_grows() returns trigger
language plpgsql
as $$
begin
  if new.minute > clock_timestamp() - interval '30 minutes' then
    if tg_op = 'INSERT' then
      if new.count = 1 and new.entry_id is null then return new; end if;
    elsif (new.minute, new.source, new.target) = (old.minute, old.source, old.target) then
      if new.count = old.count + 1 and new.entry_id is not distinct from old.entry_id then return new; end if;
      if new.count = old.count and old.entry_id is null and new.last_at = old.last_at then return new; end if;
    end if;
  end if;
  raise exception 'the counts of the audit trail only grow: % refused', lower(tg_op)
    using errcode = 'restrict_violation';
end
$$;

do $$
begin
  execute format('alter function rustio_audit_erase_entry() set search_path = %I, pg_temp', current_schema());
  execute format('alter function rustio_audit_apply_erasure() set search_path = %I, pg_temp', current_schema());
end
$$;
