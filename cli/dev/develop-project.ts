import { RustioError } from '../../core/errors.ts';
import { joinServer } from '../../core/project-database.ts';
import { portFor } from '../serve/free-port.ts';
import type { ServeMode } from '../serve/serve-project.ts';
import { askedToStop } from '../serve/stop-signals.ts';
import { paint, print } from '../terminal.ts';
import { openEnvironment } from '../tools.ts';
import type { Failure } from './failure.ts';
import { ServerProcess } from './server-process.ts';
import { StandIn } from './stand-in.ts';
import { watchProject } from './watched-files.ts';

/** Less than what `start` lets running requests take: a browser tab that listens for reloads would use all of it. */
const LAST_PATIENCE_MS = 2_000;

/**
 * Serves the project and starts it anew after every save, until somebody asks to stop. A project that does not load is told,
 * and the next save tries again. The embedded database stays up in between: this process holds on to it.
 */
export async function developProject(folder: string): Promise<void> {
  const environment = openEnvironment(folder);
  if (environment.production) throw notInProduction();
  // One port for all restarts, also where any free one will do: the browser stays where it is.
  const port = await portFor(environment.port, environment.host);
  const stop = askedToStop();
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

/** Keeps one server process going, a new one after each save, and the next one waiting. */
class Runner {
  readonly #folder: string;
  readonly #at: { readonly port: number; readonly host: string };
  #current: ServerProcess | undefined;
  /** Has loaded the framework already: what is left for a restart is the project. */
  #next: ServerProcess | undefined;
  /** Serves while nothing else does. */
  #standIn: StandIn | undefined;
  #wakeUp: () => void = () => {};
  #isStopping = false;

  constructor(folder: string, at: { readonly port: number; readonly host: string }) {
    this.#folder = folder;
    this.#at = at;
  }

  /** Never resolves by itself. */
  async run(): Promise<never> {
    let mode: ServeMode = 'dev';
    for (;;) {
      const saved = new Promise<'saved'>((resolve) => {
        this.#wakeUp = () => resolve('saved');
      });
      const server = this.#next ?? new ServerProcess(this.#folder, this.#at.port);
      this.#current = server;
      this.#next = undefined;
      server.serve(mode);
      let seen = await Promise.race([saved, server.ready, server.ended]);
      if (seen === 'ready') {
        mode = 'dev-again';
        // It may have come up while all was being stopped already.
        if (!this.#isStopping) this.#next = new ServerProcess(this.#folder, this.#at.port);
        seen = await Promise.race([saved, server.ended]);
      }
      if (seen === 'ended' && !this.#isStopping) await this.#tellBrowser(server.failure);
      await saved;
      await this.#standIn?.close();
      this.#standIn = undefined;
      await server.stop();
    }
  }

  /** Who looks at the browser learns there what the terminal says, instead of "connection refused". */
  async #tellBrowser(failure: Failure): Promise<void> {
    const standIn = await StandIn.open(failure, this.#at);
    if (this.#isStopping) await standIn?.close();
    else {
      this.#standIn = standIn;
      print(paint('yellow', 'Not running; waiting for a change.'));
    }
  }

  restart(files: readonly string[]): void {
    const [first = '', ...others] = files;
    print(paint('dim', `Saved: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`));
    this.#wakeUp();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([this.#current?.stop(LAST_PATIENCE_MS), this.#next?.stop(), this.#standIn?.close()]);
  }
}

function notInProduction(): RustioError {
  return new RustioError(
    'RIO-DEV-PRODUCTION',
    {
      problem: '"rustio-admin dev" does not run in production.',
      why: 'NODE_ENV is production; dev restarts on every change of a file and shows more than strangers should see.',
      fix: 'Use "rustio-admin start", or unset NODE_ENV.',
      retry: 'After that.',
    },
    { exitCode: 2 },
  );
}
