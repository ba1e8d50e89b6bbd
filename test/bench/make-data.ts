/** Creates the rows for the benchmarks, the same ones every time. A script, with `DATABASE_URL` and `FULL` for ten million rows. */
import path from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import { boot } from '../../core/boot/boot.ts';
import { readEnvironment } from '../../core/boot/environment.ts';
import { loadProject } from '../../core/boot/project.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { diff } from '../../core/migrate/diff.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { migrate } from '../../core/migrate/run.ts';
import { emptySnapshot, type Snapshot } from '../../core/migrate/shape.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import type { ProjectContext } from '../../core/settings.ts';
import { setActive, setLock } from '../../plugins/auth/change-account.ts';
import { createUser } from '../../plugins/auth/create-user.ts';
import { preparePassword } from '../../plugins/auth/password-hash.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { ADMINISTRATOR, AUTHORS, INACTIVE, LOCKED, ROWS, WORDS } from './data.ts';

const PROJECT = path.join(import.meta.dirname, 'project');

const environment = readEnvironment(PROJECT, process.env);
await prepareData(await loadProject(PROJECT, environment), environment.databaseUrl ?? '', process.env.FULL === '1');

/** Creates tables, rows, indexes and an administrator, once per database; `full` adds the ten million rows. */
async function prepareData(project: ProjectContext, url: string, full: boolean): Promise<void> {
  const log = (line: string) => console.log(line);
  await withPlainConnection(url, async (client) => {
    if (!(await exists(client, 'rustio_user'))) {
      await client.query('create extension if not exists pg_stat_statements');
      await migrate(url, migrationSources(project.folder, builtIn), { by: 'bench' });
    }
  });
  const database = await openDatabase(url);
  try {
    const { app } = await boot({ project, plugins: builtIn, database, log: pino({ level: 'error' }) });
    const complete = buildSnapshot(app.models.all);
    const bare: Snapshot = {
      ...complete,
      tables: complete.tables.map((table) => ({ ...table, indexes: [], foreignKeys: [] })),
    };
    await withPlainConnection(url, async (client) => {
      if (await exists(client, 'entry')) return;
      log(`Creating ${ROWS.entry.toLocaleString('en')} rows …`);
      await client.query(renderFile(diff(emptySnapshot, bare)).up);
      await fillAuthors(client);
      await fill(client, 'small_entry');
      await fill(client, 'entry');
      await client.query(renderFile(diff(bare, complete)).up);
      await client.query('vacuum (analyze)');
      const password = await preparePassword(ADMINISTRATOR.password);
      await database.transaction(async (tx) => {
        const context = commandAuditContext();
        await createUser(tx, context, app.events, { ...ADMINISTRATOR, password, role: 'administrator' });
        const locked = await createUser(tx, context, app.events, { ...LOCKED, password, role: 'staff' });
        if (locked.outcome === 'done') await setLock(tx, context, app.events, locked.id, 'infinity');
        const inactive = await createUser(tx, context, app.events, { ...INACTIVE, password, role: 'staff' });
        if (inactive.outcome === 'done') await setActive(tx, context, app.events, inactive.id, false);
      });
    });
    await withPlainConnection(url, async (client) => {
      if (!full || !(await isEmpty(client, 'large_entry'))) return;
      log(`Creating ${ROWS.large_entry.toLocaleString('en')} rows; this takes minutes …`);
      await fill(client, 'large_entry');
      await client.query('vacuum (analyze) large_entry');
    });
  } finally {
    await database.close();
  }
}

async function fillAuthors(client: pg.Client): Promise<void> {
  await client.query(
    `
      insert into author (name)
      select words[1 + n % ${WORDS.length}] || ' ' || words[1 + n * 31 % ${WORDS.length}]
      from generate_series(1, ${AUTHORS}) n, (select $1::text[] as words) vocabulary
    `,
    [WORDS],
  );
}

async function fill(client: pg.Client, table: keyof typeof ROWS): Promise<void> {
  await client.query('select setseed(0.5)');
  await client.query(
    `
    insert into ${table} (title, status, author_id, published_on, created_at)
    select
      concat_ws(' ', words[w[1]], words[w[2]], words[w[3]], words[w[4]], n),
      case when r < 0.001 then 'retired' when r < 0.1 then 'review' when r < 0.3 then 'draft' else 'published' end,
      1 + floor(random() * ${AUTHORS})::int,
      case when r >= 0.1 then date '2026-11-20' - (random() * 3000)::int end,
      timestamptz '2026-11-20 12:00:00Z' - (n / 2) * interval '30 seconds'
    from (
      select
        n,
        random() as r,
        array[
          1 + floor(power(random(), 3) * ${WORDS.length})::int,
          1 + floor(power(random(), 3) * ${WORDS.length})::int,
          1 + floor(power(random(), 3) * ${WORDS.length})::int,
          1 + floor(power(random(), 3) * ${WORDS.length})::int
        ] as w
      from generate_series(1, ${ROWS[table]}) n
    ) drawn, (select $1::text[] as words) vocabulary
    `,
    [WORDS],
  );
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [table]);
  return rows[0]?.exists === true;
}

async function isEmpty(client: pg.Client, table: string): Promise<boolean> {
  const { rowCount } = await client.query(`select from ${table} limit 1`);
  return rowCount === 0;
}
