import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';

const APPEND_ONLY =
  "begin raise exception 'the audit trail is append-only: % rejected', lower(tg_op) using errcode = 'restrict_violation'; end";
const ERASE_ENTRY =
  "declare erasure rustio_audit_erasure; erased text := '<erased>'; encoding text := case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end; kept rustio_audit_erased_entry; begin if new is distinct from old then raise exception 'the audit trail is append-only: % rejected', lower(tg_op) using errcode = 'restrict_violation'; end if; for erasure in select * from rustio_audit_erasure e where ( e.subject_model = old.subject_model and left(e.subject_key, 400) = left(old.subject_key, 400) and e.subject_key = old.subject_key ) or (old.actor_kind = 'user' and e.user_id = old.actor_id) order by e.id loop if erasure.user_id = old.actor_id and old.actor_kind = 'user' then new.actor_label := erasure.label; end if; if erasure.subject_model = old.subject_model and erasure.subject_key = old.subject_key then new.subject_label := erasure.label; if jsonb_typeof(new.before) = 'object' then select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}') into new.before from jsonb_each(new.before) as member (name, value); end if; if jsonb_typeof(new.after) = 'object' then select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}') into new.after from jsonb_each(new.after) as member (name, value); end if; end if; end loop; if new is not distinct from old or not exists (select from rustio_audit_seal s where s.last_id >= old.id) then return new; end if; select * into kept from rustio_audit_erased_entry e where e.entry_id = old.id; select old.id, coalesce(kept.hashes, '{}') || coalesce(jsonb_object_agg(path, encode(sha256(salt || convert_to(value, encoding)), 'hex')) filter (where is_erased), '{}'), coalesce(jsonb_object_agg(path, encode(salt, 'hex')) filter (where not is_erased), '{}') into kept.entry_id, kept.hashes, kept.salts from ( select 'actor_label' as path, old.actor_label as value, new.actor_label is distinct from old.actor_label as is_erased union all select 'subject_label', old.subject_label, new.subject_label is distinct from old.subject_label union all select 'before:' || name, value::text, value is distinct from new.before -> name from jsonb_each(case jsonb_typeof(old.before) when 'object' then old.before end) as member (name, value) union all select 'after:' || name, value::text, value is distinct from new.after -> name from jsonb_each(case jsonb_typeof(old.after) when 'object' then old.after end) as member (name, value) union all select 'before', old.before::text, false where jsonb_typeof(old.before) <> 'object' union all select 'after', old.after::text, false where jsonb_typeof(old.after) <> 'object' ) as member, lateral ( select coalesce(sha256(uuid_send(old.salt) || convert_to(path, encoding)), decode(kept.salts ->> path, 'hex')) as salt ) as blinding where kept.hashes -> path is null; insert into rustio_audit_erased_entry (entry_id, hashes, salts) values (kept.entry_id, kept.hashes, kept.salts) on conflict (entry_id) do update set hashes = excluded.hashes, salts = excluded.salts; new.salt := null; return new; end";
const APPLY_ERASURE =
  "begin perform pg_advisory_xact_lock(hashtextextended('rustio audit seal', 0)); update rustio_audit set event = event where subject_model = new.subject_model and left(subject_key, 400) = left(new.subject_key, 400) and subject_key = new.subject_key; update rustio_audit set event = event where actor_id = new.user_id and actor_kind = 'user'; return null; end";

/**
 * The tables of the audit trail as created by its migrations; keep both in sync. The owner of the tables can replace any part of
 * them, and the trail could then lose or rewrite entries silently, so `doctor` compares everything.
 */
const TRAIL: TableShape = {
  columns: [
    'id bigint not null generated always as identity',
    'at timestamp(3) with time zone not null default clock_timestamp()',
    'event text not null',
    'actor_kind text not null',
    'actor_id bigint',
    'actor_label text not null',
    'subject_model text',
    'subject_key text',
    'subject_label text',
    'before jsonb',
    'after jsonb',
    'data jsonb',
    'correlation_id text not null',
    'credential_scheme text',
    'credential_id text',
    'address inet',
    'salt uuid default gen_random_uuid()',
  ],
  triggers: [
    'rustio_audit_append_only (always): before delete or truncate for each statement, rustio_audit_append_only()',
    'rustio_audit_no_update (always): before update for each statement when ((pg_trigger_depth() = 0)), rustio_audit_append_only()',
    'rustio_audit_only_erased (always): before update for each row, rustio_audit_erase_entry()',
  ],
  functions: [APPEND_ONLY, ERASE_ENTRY],
  rules: [],
};

const ERASURES: TableShape = {
  columns: [
    'id bigint not null generated always as identity',
    'subject_model text not null',
    'subject_key text not null',
    'label text not null',
    'fields text[] not null',
    'user_id bigint',
    'at timestamp(3) with time zone not null default clock_timestamp()',
  ],
  triggers: [
    'rustio_audit_erasure_applied (always): after insert for each row, rustio_audit_apply_erasure()',
    'rustio_audit_erasure_kept (always): before delete or update or truncate for each statement, rustio_audit_append_only()',
  ],
  functions: [APPEND_ONLY, APPLY_ERASURE],
  rules: [],
};

const COUNTS: TableShape = {
  columns: [
    'minute timestamp(0) with time zone not null',
    'source text not null',
    'target text not null',
    'entry_id bigint',
    'count integer not null default 1',
    'last_at timestamp(3) with time zone not null default clock_timestamp()',
  ],
  triggers: [
    'rustio_audit_count_grows (always): before insert or update for each row, rustio_audit_count_grows()',
    'rustio_audit_count_kept (always): before delete or truncate for each statement, rustio_audit_append_only()',
  ],
  functions: [
    APPEND_ONLY,
    "begin if new.minute > clock_timestamp() - interval '30 minutes' then if tg_op = 'INSERT' then if new.count = 1 and new.entry_id is null then return new; end if; elsif (new.minute, new.source, new.target) = (old.minute, old.source, old.target) then if new.count = old.count + 1 and new.entry_id is not distinct from old.entry_id then return new; end if; if new.count = old.count and old.entry_id is null and new.last_at = old.last_at then return new; end if; end if; end if; raise exception 'the counts of the audit trail only grow: % refused', lower(tg_op) using errcode = 'restrict_violation'; end",
  ],
  rules: [],
};

const SEALS: TableShape = {
  columns: [
    'number bigint not null',
    'at timestamp(3) with time zone not null',
    'first_id bigint not null',
    'last_id bigint not null',
    'entries bigint not null',
    'root bytea not null',
    'counts_until timestamp(0) with time zone not null',
    'counts bigint not null',
    'counts_root bytea not null',
    'previous bytea not null',
    'hash bytea not null',
    'key_id text',
    'signature bytea',
  ],
  triggers: [
    'rustio_audit_seal_kept (always): before delete or update or truncate for each statement, rustio_audit_append_only()',
  ],
  functions: [APPEND_ONLY],
  rules: [],
};

const SEALED: TableShape = {
  columns: [
    'seal bigint not null',
    'ids bigint[] not null',
    'hashes bytea not null',
    'count_ids bigint[] not null',
    'count_hashes bytea not null',
  ],
  triggers: [
    'rustio_audit_sealed_kept (always): before delete or update or truncate for each statement, rustio_audit_append_only()',
  ],
  functions: [APPEND_ONLY],
  rules: [],
};

const ERASED_ENTRIES: TableShape = {
  columns: ['entry_id bigint not null', 'hashes jsonb not null', 'salts jsonb not null'],
  triggers: [
    'rustio_audit_erased_entry_by_erasure (always): before insert or update for each statement when ((pg_trigger_depth() = 0)), rustio_audit_append_only()',
    'rustio_audit_erased_entry_kept (always): before delete or truncate for each statement, rustio_audit_append_only()',
  ],
  functions: [APPEND_ONLY],
  rules: [],
};

/** The tables besides `rustio_audit`. */
const OTHERS: Readonly<Record<string, TableShape>> = {
  rustio_audit_count: COUNTS,
  rustio_audit_erasure: ERASURES,
  rustio_audit_seal: SEALS,
  rustio_audit_sealed: SEALED,
  rustio_audit_erased_entry: ERASED_ENTRIES,
};

interface TableShape {
  readonly columns: readonly string[];
  /** `name (state): timing, function`. */
  readonly triggers: readonly string[];
  /** The bodies of the trigger functions, with whitespace collapsed. */
  readonly functions: readonly string[];
  readonly rules: readonly string[];
}

const list = z.array(z.string());
const shape = z.object({ columns: list, triggers: list, functions: list, rules: list });

/** Describes the differences from the shipped tables; empty if they match. Undefined if there is no audit trail. */
export async function changesToTrail(query: Query): Promise<readonly string[] | undefined> {
  const trail = await changesTo(query, 'rustio_audit', TRAIL);
  if (trail === undefined) return undefined;
  const changes = [...trail];
  for (const [table, shipped] of Object.entries(OTHERS))
    changes.push(...((await changesTo(query, table, shipped)) ?? [`the table ${table} is missing`]));
  return changes;
}

async function changesTo(query: Query, table: string, shipped: TableShape): Promise<readonly string[] | undefined> {
  const actual = await query.maybeOne(sql.type(shape)`
    select
      array(
        select concat_ws(
          ' ',
          a.attname,
          format_type(a.atttypid, a.atttypmod),
          case when a.attnotnull then 'not null' end,
          case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
          case when d.oid is not null then 'default ' || pg_get_expr(d.adbin, d.adrelid) end
        )
        from pg_attribute a
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
      ) as columns,
      array(
        select concat(
          g.tgname,
          case g.tgenabled
            when 'A' then ' (always): ' when 'D' then ' (disabled): ' when 'R' then ' (replica): ' else ' (origin): '
          end,
          lower(regexp_replace(pg_get_triggerdef(g.oid), '^CREATE (CONSTRAINT )?TRIGGER \\S+ (.*) ON .* (FOR EACH .*) EXECUTE .*$', '\\2 \\3')),
          ', ',
          f.proname,
          '()'
        )
        from pg_trigger g
        join pg_proc f on f.oid = g.tgfoid
        where g.tgrelid = t.oid and not g.tgisinternal
        order by g.tgname
      ) as triggers,
      array(
        select distinct trim(regexp_replace(f.prosrc, '\\s+', ' ', 'g'))
        from pg_trigger g
        join pg_proc f on f.oid = g.tgfoid
        where g.tgrelid = t.oid and not g.tgisinternal
      ) as functions,
      array(select r.rulename::text from pg_rewrite r where r.ev_class = t.oid order by r.rulename) as rules
    from pg_class t
    where t.oid = to_regclass(${table})
  `);
  if (actual === null) return undefined;
  return [
    ...differences('column', shipped.columns, actual.columns),
    ...differences('trigger', shipped.triggers, actual.triggers),
    ...(sameSet(shipped.functions, actual.functions) ? [] : [`a trigger function of ${table} has been changed`]),
    ...differences('rule', shipped.rules, actual.rules),
  ];
}

function differences(part: string, expected: readonly string[], actual: readonly string[]): readonly string[] {
  return [
    ...expected.filter((each) => !actual.includes(each)).map((each) => `the ${part} "${each}" is missing or changed`),
    ...actual.filter((each) => !expected.includes(each)).map((each) => `unexpected ${part} "${each}"`),
  ];
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return new Set(one).symmetricDifference(new Set(other)).size === 0;
}
