import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';

const APPEND_ONLY =
  "begin raise exception 'the audit trail is append-only: % rejected', lower(tg_op) using errcode = 'restrict_violation'; end";
const ERASE_ENTRY =
  "declare erasure rustio_audit_erasure; erased text := '<erased>'; begin if new is distinct from old then raise exception 'the audit trail is append-only: % rejected', lower(tg_op) using errcode = 'restrict_violation'; end if; for erasure in select * from rustio_audit_erasure e where ( e.subject_model = old.subject_model and left(e.subject_key, 400) = left(old.subject_key, 400) and e.subject_key = old.subject_key ) or (old.actor_kind = 'user' and e.user_id = old.actor_id) loop if erasure.user_id = old.actor_id and old.actor_kind = 'user' then new.actor_label := erasure.label; end if; if erasure.subject_model = old.subject_model and erasure.subject_key = old.subject_key then new.subject_label := erasure.label; if new.before is not null then select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}') into new.before from jsonb_each(new.before) as member (name, value); end if; if new.after is not null then select coalesce(jsonb_object_agg(name, case when name = any(erasure.fields) and value <> 'null' then to_jsonb(erased) else value end), '{}') into new.after from jsonb_each(new.after) as member (name, value); end if; end if; end loop; return new; end";
const APPLY_ERASURE =
  "begin update rustio_audit set event = event where subject_model = new.subject_model and left(subject_key, 400) = left(new.subject_key, 400) and subject_key = new.subject_key; update rustio_audit set event = event where actor_id = new.user_id and actor_kind = 'user'; return null; end";

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
    "begin if tg_op = 'INSERT' then if new.count = 1 and new.entry_id is null then return new; end if; elsif (new.minute, new.source, new.target) = (old.minute, old.source, old.target) then if new.count = old.count + 1 and new.entry_id is not distinct from old.entry_id then return new; end if; if new.count = old.count and old.entry_id is null and new.last_at = old.last_at then return new; end if; end if; raise exception 'the counts of the audit trail only grow: % refused', lower(tg_op) using errcode = 'restrict_violation'; end",
  ],
  rules: [],
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
  const counts = (await changesTo(query, 'rustio_audit_count', COUNTS)) ?? ['the table rustio_audit_count is missing'];
  const erasures = (await changesTo(query, 'rustio_audit_erasure', ERASURES)) ?? [
    'the table rustio_audit_erasure is missing',
  ];
  return trail && [...trail, ...counts, ...erasures];
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
