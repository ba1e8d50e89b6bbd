/**
 * A real PostgreSQL for a project that has none: started when the first process needs it, shared by all processes of the
 * project, stopped by the last one to leave. A process that is killed leaves it running; the next one finds it.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { RustioError } from '../errors.ts';
import { findBinaries } from './embedded/binaries.ts';
import { orNotWritable, prepareCluster } from './embedded/cluster.ts';
import { Lease } from './embedded/lease.ts';
import { processOf, readPidFile, removeStalePidFile } from './embedded/pid-file.ts';
import { type Place, preparePlace } from './embedded/place.ts';
import { type ServerSettings, startServer, stopServer } from './embedded/server.ts';

export interface EmbeddedOptions {
  /** The database to use; it is created when it is missing. Default `app`. */
  readonly database?: string;
  /** Further settings of the server, used when this call is the one that starts it. */
  readonly settings?: ServerSettings;
}

export interface Embedded {
  /** For this database, as its superuser. It stays the same from start to start while its port is free. */
  readonly url: string;
  /** Whether this call started the server, or joined a running one. */
  readonly started: boolean;
  /** Such as `18.4`. */
  readonly version: string;
  /** Something about where the data are that a person should be told. */
  readonly note: string | undefined;
  /** Stops using the server; true when that was the last one, and it is stopped now. Close your connections before. */
  leave(): Promise<boolean>;
}

const PATIENCE = 60_000;
/** Between two tries to start a server that died. */
const PAUSE = 2_000;

/**
 * Joins the embedded server of the folder `home` (a project's `.rustio/local`), or starts it. The first start makes the data
 * (a second); later ones take a fraction of that. When the server dies while it is used, it is started again, once for each
 * time, on the same port, and tried again until it comes up. Throws RustioErrors `RIO-EMBEDDED-…`.
 */
export async function startEmbedded(home: string, options: EmbeddedOptions = {}): Promise<Embedded> {
  const settings = options.settings ?? {};
  const binaries = await findBinaries();
  const { place, password } = await orNotWritable(async () => {
    const place = await preparePlace(home, binaries);
    return { place, password: await prepareCluster(place, settings) };
  });
  const server = new SharedServer(place, password, settings);
  const started = await server.join();
  return {
    url: server.url(options.database ?? 'app'),
    started,
    version: await server.lease.prepare(options.database ?? 'app'),
    note: place.note,
    leave: () => server.leave(),
  };
}

class SharedServer {
  readonly #place: Place;
  readonly #password: string;
  readonly #settings: ServerSettings;
  #port = 0;
  #lease: Lease | undefined;
  #joining: Promise<unknown> = Promise.resolve();
  #isLeaving = false;
  readonly #left = new AbortController();

  constructor(place: Place, password: string, settings: ServerSettings) {
    this.#place = place;
    this.#password = password;
    this.#settings = settings;
  }

  get lease(): Lease {
    if (this.#lease === undefined) throw new Error('The embedded server was not joined.');
    return this.#lease;
  }

  url(database: string): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}`;
  }

  /** Looks for a running server, else starts one, until a lease is got. True when this call started it. */
  async join(): Promise<boolean> {
    let started = false;
    let failures = 0;
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      if (await this.#takeLease()) return started;
      if (await this.#mustWait()) {
        await wait(50);
        continue;
      }
      if (await startServer(this.#place, this.#settings)) started = true;
      // Unless somebody was faster, the reason may pass (a port just taken): look again, but not for ever.
      else if (!(await this.#mustWait()) && ++failures === 3) break;
    }
    throw await didNotStart(this.#place);
  }

  async leave(): Promise<boolean> {
    if (this.#isLeaving) return false;
    this.#isLeaving = true;
    this.#left.abort();
    await this.#joining;
    const isLast = await this.lease.giveBack().catch(() => false);
    if (isLast) await stopServer(this.#place);
    await this.lease.close();
    return isLast;
  }

  async #takeLease(): Promise<boolean> {
    const file = await readPidFile(this.#place.data);
    if (file === undefined || !file.ready) return false;
    this.#port = file.port;
    const lease = await Lease.take(this.url('postgres'), this.#place.data);
    if (lease === undefined) return false;
    this.#lease = lease;
    void lease.lost.then(() => this.#rejoin());
    return true;
  }

  /** A server that is starting or stopping: it will be ready, or gone, soon. */
  async #mustWait(): Promise<boolean> {
    const { data } = this.#place;
    const file = await readPidFile(data);
    if (file === undefined) return false;
    const owner = await processOf(file, data);
    if (owner === 'other') await removeStalePidFile(data, file);
    return owner === 'server';
  }

  /**
   * The server was killed. Without a lease the next process to leave would take itself for the last one and stop the
   * server under us, so we join again; that it is started, if need be, spares a developer a restart of everything.
   */
  #rejoin(): void {
    if (!this.#isLeaving) this.#joining = this.#joinAgain();
  }

  /** As long as it takes: what keeps the server down may pass (a full disk), and nobody else would start it. */
  async #joinAgain(): Promise<void> {
    for (let told = false; !this.#isLeaving; told = true) {
      try {
        await this.join();
        return;
      } catch (error) {
        if (!told) process.emitWarning(String(error));
        await wait(PAUSE, undefined, { ref: false, signal: this.#left.signal }).catch(() => {});
      }
    }
  }
}

async function didNotStart(place: Place): Promise<RustioError> {
  const log = await readFile(place.log, 'utf8').catch(() => '');
  const lines = log.trim().split('\n').slice(-5);
  return new RustioError(
    'RIO-EMBEDDED-START',
    {
      problem: 'The embedded PostgreSQL does not come up.',
      why: lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? 'It wrote nothing to its log.',
      fix: `See ${place.log}; or set DATABASE_URL to a PostgreSQL of your own.`,
      retry: 'Trying again helps only after the cause is gone.',
    },
    { details: lines },
  );
}
