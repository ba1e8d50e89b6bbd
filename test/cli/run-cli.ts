/** The command line as a user runs it: the bin in its own process, on a project in its own folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { startproject } from '../../cli/commands/startproject.ts';
import { afterAllFiles } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();
afterAllFiles(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A project created from a starter, with this checkout in its `node_modules`, as `npm install` would link it. */
export async function newProject(starter = 'blank'): Promise<string> {
  const folder = path.join(temporaryFolder(), 'desk');
  await startproject.run({
    values: { name: folder, starter },
    projectOption: undefined,
    print: () => {},
    signal: new AbortController().signal,
    askSecret: async () => undefined,
  });
  link(folder);
  return folder;
}

/** Puts this checkout into the `node_modules` of a folder. */
export function link(folder: string): void {
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/rustio-admin'));
}

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs a command to its end; `input` is what a pipe gives it. */
export async function runCli(
  folder: string,
  words: readonly string[],
  environment: Environment = {},
  input?: string,
): Promise<Result> {
  const cli = new RunningCli(folder, words, environment);
  if (input !== undefined) cli.type(input, 'end');
  const code = await cli.ended;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
}

/** A command that runs until it is asked to stop. */
export class RunningCli {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #onOutput: () => void = () => {};

  constructor(folder: string, words: readonly string[], environment: Environment = {}) {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(RUSTIO_|DATABASE_|NODE_|FORCE_COLOR|PORT|HOST)/.test(name),
    );
    this.#child = spawn(process.execPath, ['--conditions=rustio-source', path.join(ROOT, 'cli/bin.js'), ...words], {
      cwd: folder,
      env: { ...Object.fromEntries(own), PORT: '0', ...environment },
    });
    running.add(this.#child);
    this.#child.stdout?.on('data', (data) => this.#collect('stdout', data));
    this.#child.stderr?.on('data', (data) => this.#collect('stderr', data));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        running.delete(this.#child);
        resolve(code);
        this.#onOutput();
      });
    });
  }

  /**
   * Waits for a text on either stream, after `from` characters of standard output. If the command ends before, or does not print it
   * within a minute, the error contains its output.
   */
  async until(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    let isOver = false;
    const over = () => {
      isOver = true;
      this.#onOutput();
    };
    const timeout = setTimeout(over, 60_000);
    void this.ended.then(over);
    try {
      return await this.#matched(pattern, from, () => isOver);
    } finally {
      clearTimeout(timeout);
    }
  }

  async #matched(pattern: RegExp, from: number, isOver: () => boolean): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout.slice(from)) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      if (isOver()) throw new Error(`It ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#onOutput = resolve;
      });
    }
  }

  /** What a user or a pipe writes to its standard input. */
  type(text: string, then?: 'end'): void {
    this.#child.stdin?.write(text);
    if (then === 'end') this.#child.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  #collect(stream: 'stdout' | 'stderr', data: unknown): void {
    this[stream] += String(data);
    this.#onOutput();
  }
}
