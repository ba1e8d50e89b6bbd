// Checks of a project's configuration: plugin variables, files and migrations.
import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileFolders } from '../../core/boot/local-folder.ts';
import type { Check, CheckResult } from '../../core/command.ts';
import { RESOLVE_CONFLICTS, SQUASH_INCOMPLETE } from '../../core/errors/migrations.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { managedState } from '../../core/migrate/state.ts';
import { loadPending, missingTables, plan } from '../../core/migrate/status.ts';
import { fileFields } from '../../core/model/field-types/file.ts';
import type { Plugin } from '../../core/plugin.ts';
import { type DeclaredVariable, declaredVariables } from '../declared-variables.ts';
import type { AnyCheck } from './run-checks.ts';

/**
 * Reports which environment variables of the enabled plugins are set and which are missing. Values are not shown, since they may
 * be secrets. Values that a variable's schema rejects are reported by the check `config`.
 */
export function variablesCheck(plugins: readonly Plugin[]): AnyCheck {
  return {
    name: 'environment-of-plugins',
    needs: 'project',
    async run({ project: { environment } }) {
      const declared = declaredVariables(plugins, environment);
      if (declared.length === 0) return { status: 'ok', message: 'No enabled plugin declares environment variables.' };
      const isSet = ({ name }: DeclaredVariable): boolean => environment.variables[name] !== undefined;
      const lines = declared.map(
        (variable) => `${variable.name} (${variable.plugin}): ${variableState(variable, isSet(variable))}`,
      );
      const missing = declared.filter((variable) => variable.required && !isSet(variable));
      if (missing.length === 0) return { status: 'ok', message: lines.join('\n') };
      return {
        status: 'failed',
        message: lines.join('\n'),
        fix: `Set ${missing.map(({ name }) => name).join(', ')} in the environment or in the .env file of the project.`,
      };
    },
  };
}

function variableState({ required }: DeclaredVariable, isSet: boolean): string {
  if (isSet) return 'set';
  return required ? 'not set, but required' : 'not set';
}

export const migrationsCheck: Check = {
  name: 'migrations',
  needs: 'database',
  async run({ app, project }): Promise<CheckResult> {
    const open = await loadPending(app.database, migrationSources(project.folder, app.plugins));
    const edited = open.filter(({ state }) => state === 'edited');
    if (edited.length > 0) {
      return {
        status: 'failed',
        message: `Changed after they were applied: ${edited.map(({ source, name }) => `${source} ${name}`).join(', ')}.`,
        fix: 'Restore the original files and put the changes into a new migration.',
      };
    }
    const { conflicts, incomplete } = await plan(app.database.url, migrationSources(project.folder, app.plugins));
    if (incomplete.length > 0) {
      return {
        status: 'failed',
        message: incomplete.flatMap(({ problems }) => problems).join('\n'),
        fix: SQUASH_INCOMPLETE,
      };
    }
    if (conflicts.length > 0) {
      return {
        status: 'failed',
        message: ['Migrations conflict with each other:', ...conflicts].join('\n'),
        fix: RESOLVE_CONFLICTS,
      };
    }
    const missing = await missingTables(app.database, migrationSources(project.folder, app.plugins));
    if (missing.length > 0) {
      return {
        status: 'failed',
        message: `Their migrations are applied, but these tables do not exist: ${missing.join(', ')}.`,
        fix: 'Restore them from a backup. If they are in another schema, correct DATABASE_URL or the search_path of the role.',
      };
    }
    if (open.length === 0) return { status: 'ok', message: 'All migrations are applied.' };
    return {
      status: 'failed',
      message: `Pending: ${open.map(({ source, name }) => `${source} ${name}`).join(', ')}.`,
      fix: 'Run: npx rustio-admin migrate',
    };
  },
};

/** Whether the tables of the project's own models match its migrations. */
export const managedTables: Check = {
  name: 'managed-tables',
  needs: 'database',
  async run({ app, project }): Promise<CheckResult> {
    const sources = migrationSources(project.folder, app.plugins);
    const { drift, modelsChanged, notes } = await managedState(app.database.url, sources, app.models.all);
    if (drift.length > 0) {
      return {
        status: 'failed',
        message: [...drift, ...notes].join('\n'),
        fix: 'Write a migration that brings the tables in line with the models, or change the models and run: npx rustio-admin migrate make',
      };
    }
    if (modelsChanged) {
      return {
        status: 'warning',
        message: ['The models have changed since the last migration.', ...notes].join('\n'),
        fix: 'Run: npx rustio-admin migrate make',
      };
    }
    if (notes.length > 0) return { status: 'note', message: notes.join('\n') };
    return { status: 'ok', message: 'The tables match the migrations.' };
  },
};

/** Whether uploads can be stored in the configured folder; otherwise, the first upload would fail. */
export const filesCheck: Check = {
  name: 'files-folder',
  needs: 'config',
  async run({ app, project }): Promise<CheckResult> {
    if (app.models.all.every((model) => fileFields(model).length === 0)) {
      return { status: 'ok', message: 'No model has file fields.' };
    }
    const { kept, incoming } = fileFolders(project);
    const folders = project.config?.files?.store === undefined ? [kept, incoming] : [incoming];
    for (const folder of folders) {
      const problem = await problemWith(folder);
      if (problem === undefined) continue;
      return {
        status: 'failed',
        message: `Uploads cannot be written to ${folder}: ${problem}.`,
        fix: 'Give the user that runs the server write permission, or set FILES_FOLDER to another folder.',
      };
    }
    return { status: 'ok', message: `Uploads can be written to ${path.dirname(incoming)}.` };
  },
};

/**
 * Why a folder cannot be created or written to; undefined if it can. It tries to write a file, since permissions do not reveal
 * read-only disks. It does not create the folder, which would then belong to the user running `doctor`.
 */
async function problemWith(folder: string): Promise<string | undefined> {
  try {
    await rmdir(await mkdtemp(path.join(await nearestExisting(folder), '.doctor-')));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The folder itself, or its nearest existing parent. It may also be a file, which cannot be written into. */
async function nearestExisting(folder: string): Promise<string> {
  const exists = await stat(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
  return exists || path.dirname(folder) === folder ? folder : nearestExisting(path.dirname(folder));
}
