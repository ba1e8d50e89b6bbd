import { type ChildProcess, fork } from 'node:child_process';
import module from 'node:module';
import path from 'node:path';
import type { ServeMode } from '../serve/serve-project.ts';
import { type Failure, isFailure, silentFailure } from './failure.ts';

export type ChildMessage = 'ready' | { readonly failed: Failure };

/** Time for running requests to end; the developer waits for the restart, and an event stream never ends. */
const GRACE_MS = 150;
const CHILD = path.join(import.meta.dirname, `child${path.extname(import.meta.filename)}`);

/** The server of a project in a process of its own, so that a restart reloads every file. It waits for `serve`. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** Resolves once it serves; never if it does not start. */
  readonly ready: Promise<'ready'>;
  /** Resolves when the process has exited and all its output was received. */
  readonly ended: Promise<'ended'>;
  #failure = silentFailure;

  constructor(folder: string, port: number) {
    this.#child = fork(CHILD, [folder], {
      cwd: process.cwd(),
      env: { ...process.env, PORT: String(port), NODE_COMPILE_CACHE: module.getCompileCacheDir() ?? '' },
    });
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (message) => {
        if (message === ('ready' satisfies ChildMessage)) resolve('ready');
        else if (typeof message === 'object' && 'failed' in message && isFailure(message.failed)) {
          this.#failure = message.failed;
        }
      });
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        if (this.#child.connected) this.#child.once('disconnect', () => resolve('ended'));
        else resolve('ended');
      });
    });
  }

  /** Why it ended, once it has. */
  get failure(): Failure {
    return this.#failure;
  }

  serve(mode: ServeMode): void {
    // Ignores the error of a child that has already exited: `ended` reports it.
    this.#child.send(mode, () => {});
  }

  /** Asks the process to exit, and kills it after `timeout` milliseconds. */
  async stop(timeout = GRACE_MS): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeout);
    await this.ended;
    clearTimeout(timer);
  }
}
