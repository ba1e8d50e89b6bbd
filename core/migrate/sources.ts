import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyModel } from '../model/model.ts';
import type { ReplacedMigration } from './replaces.ts';

/** A folder of migrations with its own sequence in the migrations table. */
export interface MigrationSource {
  /** `core`, a plugin's name, or `project`. It must never change, since the migrations table stores it. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
}

/** A migration on disk. */
export interface MigrationFile {
  readonly source: string;
  /** Without `.sql`: `0001_accounts`, `20261120093000_add_status`. */
  readonly name: string;
  readonly path: string;
  readonly sql: string;
  /** The hash of the text with `\n` line endings, so that a checkout on Windows does not count as an edit. */
  readonly sha256: string;
  /** The path of its down file, if there is one. */
  readonly down: string | undefined;
  /** What a squashed file replaces; otherwise empty. */
  readonly replaces: readonly ReplacedMigration[];
  /** The paths of replaced files that have not been deleted. They are never applied. */
  readonly leftOver: readonly string[];
}

/** The members of `Plugin` that determine its migrations and their order. */
export interface MigratingPlugin {
  readonly name: string;
  readonly migrations?: URL;
  readonly models?: readonly AnyModel[];
  readonly extendModels?: readonly { readonly model: AnyModel }[];
}

export const CORE_SOURCE = 'core';
export const PROJECT_SOURCE = 'project';

/**
 * The sources of migrations, in the order in which they are applied: core's own, each plugin's in order, then the project's folder
 * `migrations`, whose tables may reference all previous ones. Plugins that add columns to the project's tables come after the
 * project.
 */
export function migrationSources(
  projectFolder: string,
  plugins: readonly MigratingPlugin[],
): readonly MigrationSource[] {
  const ofPlugins = new Set(plugins.flatMap(({ models = [] }) => models));
  const isLate = ({ extendModels = [] }: Pick<MigratingPlugin, 'extendModels'>): boolean =>
    extendModels.some(({ model }) => !ofPlugins.has(model));
  return [
    { name: CORE_SOURCE, folder: fileURLToPath(new URL('../migrations/', import.meta.url)) },
    ...plugins.filter((plugin) => !isLate(plugin)).flatMap(migrationSource),
    projectSource(projectFolder),
    ...plugins.filter(isLate).flatMap(migrationSource),
  ];
}

function migrationSource({
  name,
  migrations,
}: Pick<MigratingPlugin, 'name' | 'migrations'>): readonly MigrationSource[] {
  return migrations === undefined ? [] : [{ name, folder: fileURLToPath(migrations) }];
}

export function projectSource(projectFolder: string): MigrationSource {
  return { name: PROJECT_SOURCE, folder: path.join(projectFolder, 'migrations') };
}
