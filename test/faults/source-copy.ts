import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../support/sources.ts';
import type { FileResult } from '../support/suite.ts';
import { type Fault, withFault } from './fault.ts';

/** What the tests named here read or run. */
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
const LIMIT_MS = 120_000;

export interface TestRun extends FileResult {
  readonly output: string;
}

/** A copy of the source in which a fault may be made and mended again, and its tests run. */
export class SourceCopy {
  readonly folder: string;
  /** Databases of a fault in a migration must not be copies of a template without it. */
  #runs = 0;

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

  /** Makes the fault, does the work, and mends it, whatever happens. */
  async with<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
    const file = path.join(this.folder, fault.file);
    const source = await readFile(file, 'utf8');
    await writeFile(file, withFault(fault, source));
    this.#runs += 1;
    try {
      return await work();
    } finally {
      await writeFile(file, source);
    }
  }

  /** Runs one test file of the copy in a process of its own, on the databases of this run. */
  async run(test: string): Promise<TestRun> {
    const file = path.join(this.folder, 'test', test);
    if (!existsSync(file)) throw new Error(`There is no test/${test}.`);
    const child = fork(path.join(this.folder, 'test/support/run-file.ts'), [file], {
      cwd: this.folder,
      silent: true,
      execArgv: ['--conditions=rustio-source'],
      env: { ...process.env, ...this.#databases(), FORCE_COLOR: '0' },
    });
    let output = '';
    let told: FileResult | undefined;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
    child.on('message', (message) => {
      told = message as FileResult;
    });
    const clock = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    await new Promise((done) => child.once('exit', done));
    clearTimeout(clock);
    return { ...(told ?? { passed: 0, failed: 1 }), output };
  }

  #databases(): Readonly<Record<string, string>> {
    const { RUSTIO_TEST_PREFIX: prefix } = process.env;
    return prefix === undefined ? {} : { RUSTIO_TEST_PREFIX: `${prefix}fault${this.#runs}_` };
  }
}
