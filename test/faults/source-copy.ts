import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FIXED_SEED } from '../support/seed.ts';
import { ROOT } from '../support/sources.ts';
import type { FileResult } from '../support/suite.ts';
import { TestProcess } from '../support/test-process.ts';
import type { FaultedSource } from './faulted-sources.ts';

/** Everything that the tests of faults read or run. */
const COPIED = [
  'core',
  'plugins',
  'templates',
  'cli',
  'starters',
  'docs',
  'test',
  'index.ts',
  'package.json',
  'tsconfig.json',
];
const LEFT_OUT = new Set(['node_modules', 'dist', '.rustio', 'output']);

export interface TestRun extends FileResult {
  readonly output: string;
  readonly seconds: number;
}

/** A copy of the source, in which a fault is inserted, its tests are run, and the fault is reverted. */
export class SourceCopy {
  readonly folder: string;
  #databases: Readonly<Record<string, string>> = {};
  #migrationFaults = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<SourceCopy> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'rustio-faults-'));
    for (const name of COPIED) {
      await cp(path.join(ROOT, name), path.join(folder, name), {
        recursive: true,
        filter: (from) => !LEFT_OUT.has(path.basename(from)),
      });
    }
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    return new SourceCopy(folder);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** Inserts the fault, runs `work`, and always restores the source. */
  async with<T>({ fault, file, source }: FaultedSource, work: () => Promise<T>): Promise<T> {
    const full = path.join(this.folder, file);
    const original = await readFile(full, 'utf8');
    await writeFile(full, source);
    if ('migration' in fault) this.#databases = this.#ownTemplates();
    try {
      return await work();
    } finally {
      await writeFile(full, original);
      this.#databases = {};
    }
  }

  /** Runs one test file of the copy in a separate process, up to the first failing test, for at most `limit` seconds. */
  async run(test: string, limit: number): Promise<TestRun> {
    const environment = {
      NODE_COMPILE_CACHE: path.join(this.folder, '.compiled'),
      FORCE_COLOR: '0',
      // Whether a fault is noticed must not depend on chance.
      TEST_SEED: String(FIXED_SEED),
      ...this.#databases,
    };
    const from = performance.now();
    const child = new TestProcess(environment, this.folder);
    const result = await child.run(`test/${test}`, { limit, bail: true });
    const seconds = (performance.now() - from) / 1000;
    const { output } = child;
    await child.end();
    return { ...result, output, seconds };
  }

  /**
   * All runs share template databases, except those of a faulty migration, which use another prefix. The prefix contains the
   * process id, because the other half of the faults runs at the same time.
   */
  #ownTemplates(): Readonly<Record<string, string>> {
    const { RUSTIO_TEST_PREFIX: prefix } = process.env;
    this.#migrationFaults += 1;
    return prefix === undefined ? {} : { RUSTIO_TEST_PREFIX: `${prefix}fault${process.pid}_${this.#migrationFaults}_` };
  }
}
