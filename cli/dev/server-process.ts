import { type ChildProcess, fork } from 'node:child_process';
import module from 'node:module';
import path from 'node:path';
import type { ServeMode } from '../serve/serve-project.ts';
import { type Failure, isFailure, silentFailure } from './failure.ts';

export type ChildMessage = 'ready' | { readonly failed: Failure };

/** How long running requests may take to finish. Short, because the developer is waiting and event streams never end. */
const GRACE_MS = 150;
const CHILD = path.join(import.meta.dirname, `child${path.extname(import.meta.filename)}`);

/** A project's server in its own process, so that a restart reloads every file. It starts serving on `serve`. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** Resolves when it serves; never resolves if it fails to start. */
  readonly ready: Promise<'ready'>;
  /** Resolves when the process has exited and all its output has been received. */
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

  /** Why the process ended; valid once it has. */
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
