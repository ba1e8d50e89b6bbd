// Migrations on the command line: parse, call core/migrate, print. What a migration is, is decided there.
import { userInfo } from 'node:os';
import path from 'node:path';
import type { Command, CommandInput, ToolContexts } from '../../core/command.ts';
import { down } from '../../core/migrate/down.ts';
import { makeMigration } from '../../core/migrate/make.ts';
import { editedFiles } from '../../core/migrate/problems.ts';
import { migrate } from '../../core/migrate/run.ts';
import { type MigrationSource, migrationSources, PROJECT_SOURCE } from '../../core/migrate/sources.ts';
import { type MigrationStatus, plan, status } from '../../core/migrate/status.ts';
import { misuse } from '../misuse.ts';

const apply: Command = {
  name: 'migrate',
  description: 'Apply pending migrations, each file in a transaction',
  needs: 'database',
  run: async (context, { print }) => {
    const { url, sources } = target(context);
    const { applied } = await migrate(url, sources, { by: whoever(), say: print });
    print(applied.length === 0 ? 'Nothing is pending.' : `${count(applied.length)} applied.`);
  },
};

const make: Command = {
  name: 'migrate make [NAME]',
  description: 'Write the changes of the models as a migration; needs no database',
  needs: 'config',
  run: async (context, { values, print }) => {
    const { folder } = context.project;
    const name = typeof values.name === 'string' ? values.name : undefined;
    const made = await makeMigration({ folder, models: context.app.models.all }, name);
    if (made === undefined) return print('No changes.');
    for (const file of made.files) print(`wrote ${path.relative(folder, file)}`);
    for (const note of made.notes) print(`note: ${note}`);
    for (const { says } of made.findings) print(`look: ${says[0] ?? ''}`);
    print('Read it, then: npx rustio-admin migrate');
  },
};

const showStatus: Command = {
  name: 'migrate status',
  description: 'List every migration: applied, pending, edited, missing',
  needs: 'database',
  options: { json: { type: 'boolean', description: 'As one JSON array', default: false } },
  run: async (context, { values, print }) => {
    const { url, sources } = target(context);
    const entries = await status(url, sources);
    if (values.json === true) return print(JSON.stringify(entries, null, 2));
    const width = Math.max(0, ...entries.map(({ source, name }) => source.length + name.length + 1));
    for (const entry of entries) print(statusLine(entry, width));
    const pending = entries.filter((entry) => entry.state === 'pending').length;
    print(pending === 0 ? 'Nothing is pending.' : `${count(pending)} pending. Apply: npx rustio-admin migrate`);
  },
};

const showPlan: Command = {
  name: 'migrate plan',
  description: 'Print the SQL that migrate would run, without running it',
  needs: 'database',
  run: async (context, { print }) => {
    const { url, sources } = target(context);
    const { pending, edited, late } = await plan(url, sources);
    if (edited.length > 0) throw editedFiles(edited);
    if (pending.length === 0) return print('-- Nothing is pending.');
    for (const file of pending) {
      print(`-- ${file.source} ${file.name}${late.has(file) ? ' (older than what is applied already)' : ''}`);
      print(file.sql);
    }
  },
};

const takeBack: Command = {
  name: 'migrate down',
  description: 'Revert the latest migration of the project with its down file',
  needs: 'database',
  options: {
    steps: { type: 'number', description: 'How many to revert, latest first (default 1)' },
    to: { type: 'string', description: 'Revert everything applied after this one' },
    source: { type: 'string', description: 'A plugin, to revert one of its migrations', default: PROJECT_SOURCE },
  },
  run: async (context, { values, print }) => {
    const { url, sources } = target(context);
    const taken = await down(url, sources, { ...howFar(values), source: sourceIn(values, sources), say: print });
    print(taken.length === 0 ? 'Nothing to revert.' : `${count(taken.length)} reverted.`);
  },
};

/** `migrate` and its companions. */
export const migrateCommands: readonly Command[] = [apply, make, showStatus, showPlan, takeBack];

function howFar({ steps, to }: CommandInput['values']): { steps?: number; to?: string } {
  if (typeof to === 'string') {
    if (steps === undefined) return { to };
    throw misuse('--steps and --to are both given.', 'Each says how far to revert.', 'Leave one of them out.');
  }
  if (steps === undefined) return {};
  if (typeof steps === 'number' && Number.isInteger(steps) && steps > 0) return { steps };
  throw misuse(`--steps cannot be ${String(steps)}.`, 'It counts migrations.', 'Give a whole number above 0.');
}

function sourceIn({ source }: CommandInput['values'], sources: readonly MigrationSource[]): string {
  const names = sources.map(({ name }) => name);
  if (typeof source === 'string' && names.includes(source)) return source;
  throw misuse(
    `There are no migrations of "${String(source)}".`,
    `Available: ${names.join(', ')}.`,
    'Name one of them.',
  );
}

/** The database to change: by the owner's address where the serving role owns nothing. */
function target(context: ToolContexts['database']): { url: string; sources: readonly MigrationSource[] } {
  const { app } = context;
  const { folder, environment } = context.project;
  const owner = environment.databaseUrl === undefined ? undefined : environment.databaseOwnerUrl;
  return { url: owner ?? app.database.url, sources: migrationSources(folder, app.plugins) };
}

const MARKS = { applied: '[x]', pending: '[ ]', edited: '[!]', missing: '[?]', foreign: '[-]' };
const MEANINGS = {
  applied: '',
  pending: 'pending',
  edited: 'changed after it was applied',
  missing: 'its file is gone',
  foreign: 'its plugin is not enabled',
};

function statusLine(entry: MigrationStatus, width: number): string {
  const when = entry.appliedAt === null ? '' : `${entry.appliedAt} by ${entry.appliedBy ?? '?'}`;
  const late = entry.late ? 'older than what is applied' : '';
  const remarks = [MEANINGS[entry.state], when, late].filter((remark) => remark !== '');
  return `${MARKS[entry.state]} ${`${entry.source} ${entry.name}`.padEnd(width)}  ${remarks.join(', ')}`.trimEnd();
}

function count(files: number): string {
  return files === 1 ? '1 migration' : `${files} migrations`;
}

/** Who sits at this terminal, for the ledger. */
function whoever(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that no passwd file knows.
    return 'command line';
  }
}
