/** The command line as a user runs it: the bin in its own process, on a project in its own folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { startproject } from '../../cli/commands/startproject.ts';
import { runCommandLine } from '../../cli/main.ts';
import { testDatabase } from '../support/database.ts';
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
    ask: async () => undefined,
    askSecret: async () => undefined,
  });
  link(folder);
  return folder;
}

export interface ProjectOnDatabase {
  readonly folder: string;
  /** Variables that select its database. */
  readonly environment: Environment;
}

/** A new project with this config, and an empty database for it. */
export async function projectOnDatabase(config: string): Promise<ProjectOnDatabase> {
  const folder = await newProject();
  writeFileSync(path.join(folder, 'rustio.config.ts'), config);
  const { url } = await testDatabase();
  return { folder, environment: { DATABASE_URL: url } };
}

/** Puts this checkout into the `node_modules` of a folder. */
export function link(folder: string): void {
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
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

/**
 * Runs a command to its end in this process, which has loaded everything: in a tenth of the time. One at a time, and not for commands
 * that serve, read standard input or wait for signals. Node loads a config once: after a change of its file, move the folder.
 */
export async function runHere(
  folder: string,
  words: readonly string[],
  environment: Environment = {},
): Promise<Result> {
  if (isRunningHere) throw new Error('A command is running in this process.');
  isRunningHere = true;
  const { env, exitCode } = process;
  const cwd = process.cwd();
  const stdout = new Capture(process.stdout);
  const stderr = new Capture(process.stderr);
  process.env = { ...ownEnvironment(), ...environment };
  process.exitCode = undefined;
  process.chdir(folder);
  try {
    await runCommandLine(words);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text, stderr: stderr.text };
  } finally {
    stdout.end();
    stderr.end();
    process.chdir(cwd);
    process.env = env;
    process.exitCode = exitCode;
    isRunningHere = false;
  }
}

let isRunningHere = false;

/** The new path of a folder that was renamed, so that `runHere` loads its config again. */
export function moved(folder: string): string {
  const renamed = `${folder}-again`;
  renameSync(folder, renamed);
  return renamed;
}

/** Collects what is written to a stream, instead of writing it. */
class Capture {
  text = '';
  readonly #stream: NodeJS.WriteStream;
  readonly #write: NodeJS.WriteStream['write'];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#write = stream.write;
    stream.write = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.text += typeof text === 'string' ? text : Buffer.from(text).toString();
      const written = rest.find((each) => typeof each === 'function');
      written?.();
      return true;
    };
  }

  end(): void {
    this.#stream.write = this.#write;
  }
}

/** The environment of a command: nothing of this test run or of the developer's projects. */
function ownEnvironment(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(RUSTIO_|DATABASE_|NODE_|FORCE_COLOR|PORT|HOST)/.test(name),
  );
  return { ...Object.fromEntries(own), PORT: '0' };
}

/** A command that runs until it is asked to stop. */
export class RunningCli {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #onOutput: () => void = () => {};

  constructor(folder: string, words: readonly string[], environment: Environment = {}) {
    this.#child = spawn(process.execPath, ['--conditions=rustio-source', path.join(ROOT, 'cli/bin.js'), ...words], {
      cwd: folder,
      env: { ...ownEnvironment(), ...environment },
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

  /** Ends a server; it must exit with 0. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<void> {
    this.signal(signal);
    assert.is(await this.ended, 0, this.stderr);
  }

  #collect(stream: 'stdout' | 'stderr', data: unknown): void {
    this[stream] += String(data);
    this.#onOutput();
  }
}
