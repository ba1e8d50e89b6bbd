/** What the database of the fuzzer's application does on its own: rules that are checked at COMMIT, and none that keep odd values out. */
import type pg from 'pg';

/** An error that a trigger raises at COMMIT. */
interface LateError {
  readonly table: string;
  /** About the new row, as `new`. */
  readonly condition: string;
  /** PL/pgSQL that fails. No page may show its message. */
  readonly raise: string;
}

/** In every message of these errors, which are for developers. */
export const INTERNAL = 'internals-of-the-database';

const raised = (code: string, more = ''): string => `raise exception '${INTERNAL}' using errcode = '${code}'${more};`;

/** Values of `valid.ts`, so that many forms meet them. */
const LATE_ERRORS: readonly LateError[] = [
  { table: 'thing', condition: 'new.amount % 10 = 1', raise: raised('P0001') },
  {
    table: 'thing',
    condition: 'new.amount % 10 = 3',
    raise: raised('23514', `, constraint = 'thing_late', table = 'thing'`),
  },
  { table: 'thing', condition: 'new.amount % 10 = 5', raise: 'perform new.amount / (new.amount - new.amount);' },
  { table: 'thing', condition: 'new.amount % 20 = 7', raise: raised('23502', `, column = 'notes', table = 'thing'`) },
  // Repeated by the application, which succeeds most of the time.
  { table: 'thing', condition: 'new.amount > 50 and random() < 0.2', raise: raised('40001') },
  { table: 'place', condition: 'new.height % 10 = 1', raise: raised('57014') },
  { table: 'place', condition: 'new.height % 10 = 3', raise: raised('42501') },
  { table: 'place', condition: 'new.height % 10 = 5', raise: raised('XX000') },
  { table: 'profile', condition: `new.title ~ '7$'`, raise: raised('22001') },
  { table: 'profile', condition: `new.title ~ '8$'`, raise: raised('23P01', `, table = 'profile'`) },
];

/** Constraints that are checked at COMMIT, in place of those of the migrations. */
const LATE_CONSTRAINTS = `
  do $$ declare it record; begin
    for it in
      select conrelid::regclass as "table", conname as name, pg_get_constraintdef(oid) as definition
      from pg_constraint
      where (conrelid = 'tag'::regclass and contype = 'u')
        or (conrelid in ('ticket'::regclass, 'contract'::regclass, 'thing'::regclass, 'profile'::regclass) and contype in ('f', 'u'))
    loop
      execute format('alter table %s drop constraint %I', it."table", it.name);
      execute format('alter table %s add constraint %I %s deferrable initially deferred', it."table", it.name, it.definition);
    end loop;
  end $$;
`;

/** Removes the checks and NOT NULLs of the migrations, so that another program can write values that no form accepts. */
const LOOSE_TABLES = `
  do $$ declare it record; begin
    for it in
      select conrelid::regclass as "table", conname as name
      from pg_constraint
      where contype = 'c' and conrelid in ('thing'::regclass, 'profile'::regclass, 'place'::regclass)
    loop
      execute format('alter table %s drop constraint %I', it."table", it.name);
    end loop;
  end $$;
  alter table thing alter name drop not null, alter active drop not null, alter state drop not null;
  alter table profile alter title drop not null, alter colours drop not null;
  alter table place alter name drop not null;
`;

/** Counts the errors of these triggers: a sequence keeps its value when a transaction is rolled back. */
const COUNTER = 'create sequence late_errors;';

export const DATABASE_RULES = [COUNTER, LATE_CONSTRAINTS, LOOSE_TABLES, ...lateTriggers()].join('\n');

/** How many errors the triggers have raised at COMMIT. */
export async function lateErrors(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    'select case when is_called then last_value else 0 end::int as n from late_errors',
  );
  return rows[0]?.n ?? 0;
}

function lateTriggers(): readonly string[] {
  return [...Map.groupBy(LATE_ERRORS, ({ table }) => table)].map(([table, errors]) => {
    const checks = errors.map(
      ({ condition, raise }) => `if ${condition} then perform nextval('late_errors'); ${raise} end if;`,
    );
    return `
      create function late_${table}() returns trigger language plpgsql as $$ begin ${checks.join(' ')} return null; end $$;
      create constraint trigger late_${table} after insert or update on ${table} deferrable initially deferred
        for each row execute function late_${table}();
    `;
  });
}
