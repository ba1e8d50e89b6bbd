import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '../plugin.ts';

/** A folder of migrations with a chain of its own in the ledger. */
export interface MigrationSource {
  /** `kernel`, a plugin's name, or `project`: for ever, since the ledger knows it by this. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
}

export const KERNEL_SOURCE = 'kernel';
export const PROJECT_SOURCE = 'project';

/**
 * Where migrations come from, in the order in which they are applied: the kernel's own, each plugin's in its turn, then the
 * project's folder `migrations`, whose tables may point at all before. Plugins that add columns to the project's tables follow
 * those.
 */
export function migrationSources(
  projectFolder: string,
  plugins: readonly Pick<Plugin, 'name' | 'migrations' | 'models' | 'extendModels'>[],
): readonly MigrationSource[] {
  const ofPlugins = new Set(plugins.flatMap(({ models = [] }) => models));
  const isLate = ({ extendModels = [] }: Pick<Plugin, 'extendModels'>): boolean =>
    extendModels.some(({ model }) => !ofPlugins.has(model));
  return [
    { name: KERNEL_SOURCE, folder: fileURLToPath(new URL('../migrations/', import.meta.url)) },
    ...plugins.filter((plugin) => !isLate(plugin)).flatMap(sourceOf),
    projectSource(projectFolder),
    ...plugins.filter(isLate).flatMap(sourceOf),
  ];
}

function sourceOf({ name, migrations }: Pick<Plugin, 'name' | 'migrations'>): readonly MigrationSource[] {
  return migrations === undefined ? [] : [{ name, folder: fileURLToPath(migrations) }];
}

export function projectSource(projectFolder: string): MigrationSource {
  return { name: PROJECT_SOURCE, folder: path.join(projectFolder, 'migrations') };
}
