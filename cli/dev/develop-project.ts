import { joinServer } from '../../core/boot/project-database.ts';
import { openEnvironment } from '../command-context.ts';
import { devInProduction } from '../errors.ts';
import { resolvePort } from '../serve/free-port.ts';
import type { ServeMode } from '../serve/serve-project.ts';
import { stopSignal } from '../serve/shutdown.ts';
import { paint, print } from '../terminal.ts';
import { ErrorServer } from './error-server.ts';
import type { Failure } from './failure.ts';
import { ServerProcess } from './server-process.ts';
import { watchProject } from './watched-files.ts';

/** Shorter than the limit of `start`, because an open browser tab would always use it up. */
const LAST_TIMEOUT_MS = 2_000;

/**
 * Serves the project and restarts it after every save, until it is stopped. If the project fails to load, the error is reported
 * and the next save tries again. This process holds the embedded database, which therefore keeps running between restarts.
 */
export async function developProject(folder: string): Promise<void> {
  const environment = openEnvironment(folder);
  if (environment.production) throw devInProduction();
  // Uses the same port for all restarts, even if any free port is allowed, so that the URL in the browser remains valid.
  const port = await resolvePort(environment.port, environment.host);
  const stop = stopSignal();
  const lease = await joinServer({ folder, environment });
  try {
    const runner = new Runner(folder, { port, host: environment.host });
    const unwatch = await watchProject(folder, (files) => runner.restart(files));
    await Promise.race([stop, runner.run()]);
    await unwatch();
    await runner.stop();
  } finally {
    await lease.leave();
  }
}

/** Keeps one server process running, replaces it after each save, and keeps another one ready. */
class Runner {
  readonly #folder: string;
  readonly #listenOn: { readonly port: number; readonly host: string };
  #current: ServerProcess | undefined;
  /** Has already loaded the framework, so a restart only needs to load the project. */
  #next: ServerProcess | undefined;
  /** Serves while no server process does. */
  #errorServer: ErrorServer | undefined;
  #wakeUp: () => void = () => {};
  #isStopping = false;

  constructor(folder: string, listenOn: { readonly port: number; readonly host: string }) {
    this.#folder = folder;
    this.#listenOn = listenOn;
  }

  /** Never resolves by itself. */
  async run(): Promise<never> {
    let mode: ServeMode = 'dev';
    for (;;) {
      const saved = new Promise<'saved'>((resolve) => {
        this.#wakeUp = () => resolve('saved');
      });
      const server = this.#next ?? new ServerProcess(this.#folder, this.#listenOn.port);
      this.#current = server;
      this.#next = undefined;
      server.serve(mode);
      let event = await Promise.race([saved, server.ready, server.ended]);
      if (event === 'ready') {
        mode = 'dev-again';
        // A new process may have started while the others were being stopped.
        if (!this.#isStopping) this.#next = new ServerProcess(this.#folder, this.#listenOn.port);
        event = await Promise.race([saved, server.ended]);
      }
      if (event === 'ended' && !this.#isStopping) await this.#showFailure(server.failure);
      await saved;
      await this.#errorServer?.close();
      this.#errorServer = undefined;
      await server.stop();
    }
  }

  /** Shows the failure in the browser as well, instead of “connection refused”. */
  async #showFailure(failure: Failure): Promise<void> {
    const errorServer = await ErrorServer.open(failure, this.#listenOn);
    if (this.#isStopping) await errorServer?.close();
    else {
      this.#errorServer = errorServer;
      print(paint('yellow', 'Not running; waiting for file changes.'));
    }
  }

  restart(files: readonly string[]): void {
    const [first = '', ...others] = files;
    print(paint('dim', `Changed: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`));
    this.#wakeUp();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([this.#current?.stop(LAST_TIMEOUT_MS), this.#next?.stop(), this.#errorServer?.close()]);
  }
}
