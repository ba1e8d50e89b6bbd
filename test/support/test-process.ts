import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { RunMessage } from './run-file.ts';
import type { FileResult } from './suite.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** How to run one file. */
export interface RunOptions {
  /** Seconds after which the process is killed. */
  readonly limit: number;
  /** Skips the rest of the file after its first failing test. */
  readonly bail?: boolean;
}

/**
 * A process that runs test files one by one, so that what they import is loaded and compiled only once. It ends after a file that
 * failed.
 */
export class TestProcess {
  /** How many files it has run. */
  files = 0;
  /** True if it has exited or was ended; it then runs no further file. */
  ended = false;
  readonly #root: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<Exit>;
  #output: string[] = [];

  /** `root` is the repository, or a copy of it. */
  constructor(environment: Readonly<Record<string, string>>, root = ROOT) {
    this.#root = root;
    // A separate process group, so that everything that the files leave behind (servers, browsers) can be ended with it.
    this.#child = fork(path.join(root, 'test/support/run-file.ts'), {
      cwd: root,
      silent: true,
      detached: true,
      execArgv: ['--conditions=rustio-source'],
      env: { FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...process.env, ...environment },
    });
    this.#child.stdout?.on('data', (data) => this.#output.push(String(data)));
    this.#child.stderr?.on('data', (data) => this.#output.push(String(data)));
    this.#exit = new Promise((resolve) => this.#child.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** The output of the last file; complete if it failed. */
  get output(): string {
    return this.#output.join('');
  }

  run(file: string, { limit, bail = false }: RunOptions): Promise<FileResult> {
    this.files += 1;
    return this.#ask({ file: path.join(this.#root, file), bail }, limit);
  }

  /** Lets the process close what its files share, and ends it. */
  async end(): Promise<FileResult> {
    return this.ended ? { passed: 0, failed: 0 } : this.#ask({}, 60);
  }

  kill(): void {
    this.ended = true;
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // No process of the group is left, as expected.
    }
  }

  async #ask(message: RunMessage, limit: number): Promise<FileResult> {
    this.#output = [];
    const clock = setTimeout(() => {
      this.#output.push(`\nStopped: it ran longer than ${limit} s.\n`);
      this.kill();
    }, limit * 1000);
    const answer = new Promise<FileResult>((resolve) =>
      this.#child.once('message', (reply) => resolve(reply as FileResult)),
    );
    this.#child.send(message, () => {}); // it may have exited by itself; `#exit` reports that
    const result = await Promise.race([answer, this.#exit.then(() => undefined)]);
    if (message.file === undefined || result === undefined || result.failed > 0) {
      const { code, signal } = await this.#exit;
      clearTimeout(clock);
      this.kill();
      if (result === undefined)
        this.#output.push(`\nThe process ended without a result (${signal ?? `code ${code}`}).\n`);
      return judge(result, code);
    }
    clearTimeout(clock);
    return result;
  }
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process has failed if it exited before reporting its counts, or reported success but exited with an error. */
function judge(told: FileResult | undefined, code: number | null): FileResult {
  if (told === undefined) return { passed: 0, failed: 1 };
  return code !== 0 && told.failed === 0 ? { ...told, failed: 1 } : told;
}
