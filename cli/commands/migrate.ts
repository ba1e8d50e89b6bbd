// Migrations on the command line: parses arguments, calls core/migrate and prints the result.
import path from 'node:path';
import type { App } from '../../core/app.ts';
import type { Command, CommandContexts, CommandInput } from '../../core/command.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import {
  lossNotConfirmed,
  markNotConfirmed,
  RESOLVE_CONFLICTS,
  revertNotConfirmed,
  SQUASH_INCOMPLETE,
} from '../../core/errors/migrations.ts';
import { renameModelOfFiles } from '../../core/files/file-rows.ts';
import { rejectEdited, rejectIncomplete } from '../../core/migrate/compare.ts';
import { describeConflicts, findConflicts, rejectConflicts } from '../../core/migrate/conflicts.ts';
import { down, planDown } from '../../core/migrate/down.ts';
import { readSource } from '../../core/migrate/files.ts';
import { describeLosses } from '../../core/migrate/losses.ts';
import { makeMigration } from '../../core/migrate/make.ts';
import { mark, planMark } from '../../core/migrate/mark.ts';
import { existingTables } from '../../core/migrate/read-catalogue.ts';
import { migrate, plannedLosses } from '../../core/migrate/run.ts';
import { type MigrationSource, migrationSources, PROJECT_SOURCE, projectSource } from '../../core/migrate/sources.ts';
import { planSquash, rejectPartlyApplied, writeSquash } from '../../core/migrate/squash.ts';
import { type ManagedState, managedState } from '../../core/migrate/state.ts';
import { type MigrationStatus, plan, status } from '../../core/migrate/status.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { confirm } from '../confirm.ts';
import { invalidSteps, stepsWithTo, unknownSource } from '../errors.ts';
import { withReachableDatabase } from '../project-connection.ts';
import { ask, printToStderr } from '../terminal.ts';

const YES = { type: 'boolean', description: 'Delete or convert data without asking for confirmation' } as const;
const sourceOption = (description: string) => ({ type: 'string', description, default: PROJECT_SOURCE }) as const;

const apply: Command = {
  name: 'migrate',
  description: 'Apply pending migrations, each in its own transaction',
  needs: 'database',
  options: { yes: YES },
  run: async (context, { values, print }) => {
    const { url, sources, production } = target(context);
    const losses = await plannedLosses(url, sources);
    if (losses.length > 0) {
      const details = describeLosses(losses);
      await confirm({
        lines: ['These statements delete or convert data:', ...details],
        url,
        production,
        yes: values.yes === true,
        rejection: () => lossNotConfirmed({ count: losses.length, command: 'npx rustio-admin migrate --yes', details }),
        print,
      });
    }
    const { applied } = await migrate(url, sources, {
      by: commandAuditContext().actor.name,
      log: print,
      confirmed: losses,
    });
    print(applied.length === 0 ? 'No pending migrations.' : `${count(applied.length)} applied.`);
  },
};

const make: Command = {
  name: 'migrate make [NAME]',
  description: 'Generate a migration from model changes, and compare the tables with the database if there is one',
  needs: 'config',
  options: {
    rename: {
      type: 'string',
      multiple: true,
      description: 'Renamed table or column, such as client=guest or person.phone=telephone; can be repeated',
    },
    drop: {
      type: 'string',
      multiple: true,
      description: 'Removed (not renamed) table or column, such as client or person.phone; can be repeated',
    },
  },
  run: async ({ app, project }, { values, print }) => {
    const attempt = await withReachableDatabase(project, async (url) => {
      await writeMigration({ app, project }, values, { url, print });
      const sources = migrationSources(project.folder, app.plugins);
      const state = await managedState(url, sources, app.models.all);
      for (const line of obstacles(state)) print(line);
      for (const line of state.drift) print(`drift:    ${line}`);
      for (const note of state.notes) print(`note:     ${note}`);
    });
    if ('value' in attempt) return;
    await writeMigration({ app, project }, values, { url: undefined, print });
    // Which files are applied is not known; in a new database, all of them are pending.
    const pending = await readSource(projectSource(project.folder));
    for (const line of obstacles({ conflicts: describeConflicts(findConflicts({ pending })), incomplete: [] }))
      print(line);
    if (attempt.unavailable !== undefined) {
      print(`note:     The models were not compared with the database: ${attempt.unavailable}.`);
    }
  },
};

/** Why pending files cannot be applied, and what to do. */
function obstacles({ conflicts, incomplete }: Pick<ManagedState, 'conflicts' | 'incomplete'>): readonly string[] {
  return [
    ...conflicts.map((line) => `conflict: ${line}`),
    ...(conflicts.length > 0 ? [RESOLVE_CONFLICTS] : []),
    ...incomplete.map((line) => `squash:   ${line}`),
    ...(incomplete.length > 0 ? [SQUASH_INCOMPLETE] : []),
  ];
}

async function writeMigration(
  { app, project }: CommandContexts['config'],
  values: CommandInput['values'],
  { url, print }: { readonly url: string | undefined; readonly print: (line: string) => void },
): Promise<void> {
  const migration = await makeMigration(
    {
      folder: project.folder,
      models: app.models.all,
      renames: listIn(values.rename),
      drops: listIn(values.drop),
      ask: askWhetherRenamed,
      renameModel: (from, to) => renameModelSql(app, from, to),
      ...(url !== undefined && {
        existing: (tables) => withPlainConnection(url, (client) => existingTables(client, tables)),
      }),
    },
    typeof values.name === 'string' ? values.name : undefined,
  );
  if (migration === undefined) return print('No changes.');
  for (const file of migration.files) print(`wrote ${path.relative(project.folder, file)}`);
  for (const note of migration.notes) print(`note:     ${note}`);
  for (const { message } of migration.findings) print(`warning:  ${message[0] ?? ''}`);
  if (migration.name !== undefined) print('Review the file, then run: npx rustio-admin migrate');
}

/** There is no default answer: one of the two deletes data. */
async function askWhetherRenamed(from: string, to: string): Promise<boolean | undefined> {
  for (;;) {
    const answer = (await ask(`Was ${from} renamed to ${to}? (yes/no)`))?.toLowerCase();
    if (answer === undefined) return undefined;
    if (answer === 'yes' || answer === 'y') return true;
    if (answer === 'no' || answer === 'n') return false;
  }
}

function listIn(value: CommandInput['values'][string]): readonly string[] {
  return typeof value === 'string' ? value.split(',') : [];
}

const showStatus: Command = {
  name: 'migrate status',
  description: 'List all migrations and their state; exit code 3: pending, 4: the database or a file differs',
  needs: 'database',
  options: { json: { type: 'boolean', description: 'Print a JSON array', default: false } },
  run: async (context, { values, print }) => {
    const { url, sources } = target(context);
    const entries = await status(url, sources);
    const state = await managedState(url, sources, context.app.models.all);
    const { drift, modelsChanged, notes } = state;
    const blocked = obstacles(state);
    const pending = entries.filter((entry) => entry.state === 'pending').length;
    const isEdited = entries.some((entry) => entry.state === 'edited');
    if (blocked.length > 0 || drift.length > 0 || modelsChanged || isEdited) process.exitCode = DRIFT;
    else if (pending > 0) process.exitCode = PENDING;
    const differences = [
      ...blocked,
      ...drift.map((line) => `drift: ${line}`),
      ...(modelsChanged ? ['The models have changed. Generate a migration: npx rustio-admin migrate make'] : []),
    ];
    if (values.json === true) {
      print(JSON.stringify(entries, null, 2));
      for (const line of differences) printToStderr(line);
      return;
    }
    const width = Math.max(0, ...entries.map(({ source, name }) => source.length + name.length + 1));
    for (const entry of entries) print(statusLine(entry, width));
    for (const line of [...differences, ...notes]) print(line);
    print(pending === 0 ? 'No pending migrations.' : `${count(pending)} pending. Run: npx rustio-admin migrate`);
  },
};

/** Exit codes of `migrate status`, for scripts. */
const PENDING = 3;
const DRIFT = 4;

const showPlan: Command = {
  name: 'migrate plan',
  description: 'Print the SQL of the pending migrations without running it',
  needs: 'database',
  run: async (context, { print }) => {
    const { url, sources } = target(context);
    const { pending, toRecord, edited, incomplete, late, conflicts } = await plan(url, sources);
    rejectEdited(edited);
    rejectIncomplete(incomplete);
    rejectConflicts(conflicts);
    for (const { source, name } of toRecord)
      print(`-- ${source} ${name} is recorded without running: everything that it replaces is applied.`);
    if (pending.length === 0) return print('-- No pending migrations.');
    for (const file of pending) {
      print(`-- ${file.source} ${file.name}${late.has(file) ? ' (older than an applied migration)' : ''}`);
      print(file.sql);
    }
  },
};

const squash: Command = {
  name: 'migrate squash [NAME]',
  description: 'Combine migrations into one file, which new databases run',
  needs: 'config',
  options: {
    from: { type: 'string', description: 'First migration to combine (default: the oldest)' },
    to: { type: 'string', description: 'Last migration to combine (default: the newest)' },
    source: sourceOption('Plugin whose migrations to combine'),
  },
  run: async ({ app, project }, { values, print }) => {
    const range = {
      source: sourceIn(values, migrationSources(project.folder, app.plugins)),
      ...(typeof values.from === 'string' && { from: values.from }),
      ...(typeof values.to === 'string' && { to: values.to }),
    };
    const planned = await planSquash(range, typeof values.name === 'string' ? values.name : undefined);
    const attempt = await withReachableDatabase(project, (url) =>
      withPlainConnection(url, (client) => rejectPartlyApplied(client, planned)),
    );
    await writeSquash(planned);
    const shown = (name: string) => path.relative(project.folder, path.join(range.source.folder, `${name}.sql`));
    print(`wrote ${shown(planned.name)}`);
    for (const { name } of planned.files) print(`deleted ${shown(name)}`);
    for (const note of planned.notes) print(`note:     ${note}`);
    if ('unavailable' in attempt && attempt.unavailable !== undefined)
      print(`note:     The files were not compared with the database: ${attempt.unavailable}.`);
    print('Try it on an empty database before you commit it.');
  },
};

const revert: Command = {
  name: 'migrate down',
  description: 'Revert the latest migration of the project with its down file',
  needs: 'database',
  options: {
    steps: { type: 'number', description: 'Number of migrations to revert, latest first (default 1)' },
    to: { type: 'string', description: 'Revert every migration after this one' },
    source: sourceOption('Plugin whose migration to revert'),
    yes: YES,
  },
  run: async (context, { values, print }) => {
    const { url, sources, production } = target(context);
    // While a plugin is being written, its file is edited, reverted and applied again.
    const range = { ...rangeIn(values), source: sourceIn(values, sources).name, edited: !production };
    const { migrations, edited, losses } = await planDown(url, sources, range);
    if (migrations.length === 0) return print('Nothing to revert.');
    const details = [
      ...migrations.map(({ source, name }) => `${source} ${name}`),
      ...edited.map(({ name }) => `${name} was edited after it was applied: check that its down file matches.`),
      ...describeLosses(losses),
    ];
    await confirm({
      lines: [
        `This reverts ${count(migrations.length)} and drops everything ${migrations.length === 1 ? 'it' : 'they'} created:`,
        ...details,
      ],
      url,
      production,
      yes: values.yes === true,
      rejection: () => revertNotConfirmed({ count: migrations.length, command: downCommand(values), details }),
      print,
    });
    const reverted = await down(url, sources, { ...range, confirmed: migrations, log: print });
    print(`${count(reverted.length)} reverted.`);
  },
};

const markApplied: Command = {
  name: 'migrate mark NAME',
  description: 'Record a pending migration as applied without running it',
  needs: 'database',
  options: {
    source: sourceOption('Plugin that the migration belongs to'),
    yes: { type: 'boolean', description: 'Record it without asking for confirmation' },
  },
  run: async (context, { values, print }) => {
    const { url, sources, production } = target(context);
    const source = sourceIn(values, sources).name;
    const { name } = await planMark(url, sources, { name: String(values.name), source });
    const migration = `${source} ${name}`;
    const option = source === PROJECT_SOURCE ? '' : ` --source ${source}`;
    await confirm({
      lines: [`This records ${migration} as applied, although it has not run on this database.`],
      url,
      production,
      yes: values.yes === true,
      rejection: () => markNotConfirmed({ migration, command: `npx rustio-admin migrate mark ${name}${option} --yes` }),
      print,
    });
    await mark(url, sources, { name, source, by: `${commandAuditContext().actor.name} (marked)`, log: print });
    print(`marked ${migration} as applied. Compare the tables: npx rustio-admin migrate status`);
  },
};

/** `migrate` and its subcommands. */
export const migrateCommands: readonly Command[] = [apply, make, showStatus, showPlan, revert, squash, markApplied];

/** The command as entered, with `--yes` added. */
function downCommand({ steps, to, source }: CommandInput['values']): string {
  const options = [
    ...(source === undefined || source === PROJECT_SOURCE ? [] : [`--source ${source}`]),
    ...(steps === undefined ? [] : [`--steps ${steps}`]),
    ...(to === undefined ? [] : [`--to ${to}`]),
  ];
  return ['npx rustio-admin migrate down', ...options, '--yes'].join(' ');
}

function rangeIn({ steps, to }: CommandInput['values']): { steps?: number; to?: string } {
  if (typeof to === 'string') {
    if (steps === undefined) return { to };
    throw stepsWithTo();
  }
  if (steps === undefined) return {};
  if (typeof steps === 'number' && Number.isInteger(steps) && steps > 0) return { steps };
  throw invalidSteps({ value: String(steps) });
}

function sourceIn({ source }: CommandInput['values'], sources: readonly MigrationSource[]): MigrationSource {
  const found = sources.find(({ name }) => name === source);
  if (found !== undefined) return found;
  throw unknownSource({ source: String(source), available: sources.map(({ name }) => name).join(', ') });
}

/** The database to migrate: uses the owner's URL if the serving role owns nothing. */
function target(context: CommandContexts['database']): {
  url: string;
  sources: readonly MigrationSource[];
  production: boolean;
} {
  const { app } = context;
  const { folder, environment } = context.project;
  const owner = environment.databaseUrl === undefined ? undefined : environment.databaseOwnerUrl;
  return {
    url: owner ?? app.database.url,
    sources: migrationSources(folder, app.plugins),
    production: environment.production,
  };
}

const MARKS = { applied: '[x]', pending: '[ ]', edited: '[!]', missing: '[?]', 'plugin-disabled': '[-]' };
const MEANINGS = {
  applied: '',
  pending: 'pending',
  edited: 'changed after it was applied',
  missing: 'file not found',
  'plugin-disabled': 'plugin not enabled',
};

function statusLine(entry: MigrationStatus, width: number): string {
  const when = entry.appliedAt === null ? '' : `${entry.appliedAt.replace(/\.\d+/, '')} by ${entry.appliedBy ?? '?'}`;
  const late = entry.late ? 'older than an applied migration' : '';
  const remarks = [MEANINGS[entry.state], when, late].filter((remark) => remark !== '');
  return `${MARKS[entry.state]} ${`${entry.source} ${entry.name}`.padEnd(width)}  ${remarks.join(', ')}`.trimEnd();
}

function count(files: number): string {
  return files === 1 ? '1 migration' : `${files} migrations`;
}

/**
 * The SQL of a migration that renames a model: in rows of core and of each plugin that stores model names. Plugins store current
 * names, so both directions are generated at the same time.
 */
export function renameModelSql(app: App, from: string, to: string): readonly string[] {
  const verbs = [...new Set([from, to].flatMap((model) => permissionVerbs(app, model)))];
  return [
    renameModelOfFiles(from, to),
    ...app.contributions('migrations.renamedModel').flatMap((item) => item.sql({ from, to, verbs })),
  ];
}

/** The permission names of a model in this application: `view`, `add`, …. */
function permissionVerbs(app: App, model: string): string[] {
  if (app.models.byName(model) === undefined) return [];
  return app.permissions.filter((name) => name.startsWith(`${model}.`)).map((name) => name.slice(model.length + 1));
}
