import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MigrationSource, migrationSources } from '../../../core/migrate/sources.ts';
import { afterAllSuites } from '../../support/suite.ts';

export interface TestProject {
  readonly folder: string;
  /** The project's source only: other tests cover core's own files. */
  readonly sources: readonly MigrationSource[];
  /** Writes files into `migrations`. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
}

/** A folder with migrations, deleted after the tests. */
export async function testProject(files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rustio-migrate-'));
  afterAllSuites(() => rm(folder, { recursive: true, force: true }));
  const write = async (more: Readonly<Record<string, string>>) => {
    await mkdir(path.join(folder, 'migrations'), { recursive: true });
    for (const [name, text] of Object.entries(more)) await writeFile(path.join(folder, 'migrations', name), text);
  };
  await write(files);
  return { folder, sources: migrationSources(folder, []).filter(({ name }) => name === 'project'), write };
}

/** A plugin's folder of migrations as a source. */
export async function pluginSource(name: string, files: Readonly<Record<string, string>>): Promise<MigrationSource> {
  const { folder } = await testProject(files);
  const migrations = pathToFileURL(`${path.join(folder, 'migrations')}/`);
  const source = migrationSources(folder, [{ name, migrations }]).find((each) => each.name === name);
  if (source === undefined) throw new Error(`no source ${name}`);
  return source;
}
