import { type ChildProcess, fork } from 'node:child_process';
import module from 'node:module';
import path from 'node:path';
import type { ServeMode } from '../serve/serve-project.ts';
import { type Failure, isFailure, silentFailure } from './failure.ts';

export type ChildMessage = 'ready' | { readonly failed: Failure };

/** A running request may end within this; who develops waits for the restart, and a stream of events never ends. */
const GRACE_MS = 150;
const CHILD = path.join(import.meta.dirname, `served${path.extname(import.meta.filename)}`);

/** The server of a project in a process of its own, so that a restart loads every file anew. It waits for `serve`. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** Resolves once it serves; never when it does not come up. */
  readonly ready: Promise<'ready'>;
  /** Resolves when the process is gone, and all that it said was heard. */
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
    // The error of a child that is gone already is told by `ended`.
    this.#child.send(mode, () => {});
  }

  /** Asks it to end, and ends it soon after that. `patience`: how long it may take. */
  async stop(patience = GRACE_MS): Promise<void> {
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    await this.ended;
    clearTimeout(late);
  }
}
