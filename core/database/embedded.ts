/**
 * A real PostgreSQL server for projects without one. The first process that needs it starts it, and the last one to leave stops it.
 * See docs/decisions/0016-embedded-postgres.md.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { embeddedNotStarted } from '../errors/database.ts';
import type { RustioError } from '../errors/rustio-error.ts';
import { prepareBinaries } from './embedded/binaries.ts';
import { explainNotWritable, prepareCluster } from './embedded/cluster.ts';
import { Lease, type LeaseAnswer } from './embedded/lease.ts';
import { prepareLocation, type ServerLocation } from './embedded/location.ts';
import { identifyProcess, readPidFile, removeStalePidFile } from './embedded/pid-file.ts';
import { type ServerSettings, startServer, stopServer } from './embedded/server.ts';
import { StuckServer } from './embedded/stuck-server.ts';

export interface EmbeddedOptions {
  /** The database to use; it is created if it does not exist. @defaultValue 'app' */
  readonly database?: string;
  /** Additional settings of the server, used if this call starts it. */
  readonly settings?: ServerSettings;
}

export interface Embedded {
  /** Connects to this database as the superuser. The URL remains the same across starts as long as the port is free. */
  readonly url: string;
  /** Whether this call started the server, rather than joining a running one. */
  readonly started: boolean;
  /** The server's version, such as `18.4`. */
  readonly version: string;
  /** A remark about the location of the data, to be shown to the user. */
  readonly note: string | undefined;
  /** Stops using the server; true if this was the last user, and the server is stopped. Close your connections first. */
  leave(): Promise<boolean>;
}

const START_TIMEOUT_MS = 60_000;
/** Pause between attempts to restart a server that died. */
const RETRY_MS = 2_000;

/**
 * Joins the embedded server of the folder `home` (a project's `.rustio/local`), or starts it. The first start creates the data,
 * which takes about a second; later starts take a fraction of that. If the server dies while in use, it is restarted on the same
 * port, with retries until it is up.
 *
 * @throws RustioError `RIO-EMBEDDED-…` if it cannot be installed, created or started.
 *
 * @example
 * const server = await startEmbedded(path.join(folder, '.rustio/local'));
 * const database = await openDatabase(server.url);
 */
export async function startEmbedded(home: string, options: EmbeddedOptions = {}): Promise<Embedded> {
  const settings = options.settings ?? {};
  const binaries = await prepareBinaries();
  const { location, password } = await explainNotWritable(async () => {
    const location = await prepareLocation(home, binaries);
    return { location, password: await prepareCluster(location, settings) };
  });
  const server = new SharedServer(location, password, settings);
  const started = await server.join();
  return {
    url: server.url(options.database ?? 'app'),
    started,
    version: await server.lease.prepare(options.database ?? 'app'),
    note: location.note,
    leave: () => server.leave(),
  };
}

class SharedServer {
  readonly #location: ServerLocation;
  readonly #password: string;
  readonly #settings: ServerSettings;
  #port = 0;
  #lease: Lease | undefined;
  #joining: Promise<unknown> = Promise.resolve();
  #isLeaving = false;
  readonly #left = new AbortController();

  constructor(location: ServerLocation, password: string, settings: ServerSettings) {
    this.#location = location;
    this.#password = password;
    this.#settings = settings;
  }

  get lease(): Lease {
    if (this.#lease === undefined) throw new Error('Not connected to the embedded server.');
    return this.#lease;
  }

  url(database: string): string {
    // Variables of the shell that `pg` would apply are meant for another server; this one has no TLS. All other settings are given
    // explicitly.
    const { PGSSLNEGOTIATION, PGREPLICATION, PGCLIENT_ENCODING } = process.env;
    const settings = new URLSearchParams({
      sslmode: 'disable',
      ...(PGSSLNEGOTIATION && { sslnegotiation: 'postgres' }),
      ...(PGREPLICATION && { replication: 'false' }),
      ...(PGCLIENT_ENCODING && { client_encoding: 'UTF8' }),
    });
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}?${settings}`;
  }

  /**
   * Joins a running server or starts one, and retries for at most a minute until it has a lease. A server that will never accept
   * connections, such as after a full disk, is stopped and started again. True if this call started the server.
   */
  async join(): Promise<boolean> {
    let started = false;
    let failures = 0;
    const stuck = new StuckServer(this.#location);
    for (const end = performance.now() + START_TIMEOUT_MS; performance.now() < end; ) {
      const answer = await this.#acquireLease();
      if (answer === 'granted') return started;
      if (await this.#mustWait()) {
        if (await stuck.isStuck(answer)) await stopServer(this.#location, 'immediate');
        await wait(50);
        continue;
      }
      if (await startServer(this.#location, this.#settings)) started = true;
      // Unless another process was faster, the cause may be temporary (such as a port that was just taken), so retry a few times.
      else if (!(await this.#mustWait()) && ++failures === 3) break;
    }
    throw await didNotStart(this.#location);
  }

  async leave(): Promise<boolean> {
    if (this.#isLeaving) return false;
    this.#isLeaving = true;
    this.#left.abort();
    await this.#joining;
    const isLast = await this.lease.release().catch(() => false);
    if (isLast) await stopServer(this.#location);
    await this.lease.close();
    return isLast;
  }

  async #acquireLease(): Promise<LeaseAnswer> {
    const file = await readPidFile(this.#location.data);
    if (file === undefined || !file.ready) return 'not accepting';
    this.#port = file.port;
    const lease = await Lease.acquire(this.url('postgres'), this.#location.data);
    if (!(lease instanceof Lease)) return lease;
    this.#lease = lease;
    void lease.lost.then(() => this.#rejoin());
    return 'granted';
  }

  /** Whether a server is starting or stopping, and will soon be ready or gone. */
  async #mustWait(): Promise<boolean> {
    const { data } = this.#location;
    const file = await readPidFile(data);
    if (file === undefined) return false;
    const owner = await identifyProcess(file, data);
    if (owner === 'other') await removeStalePidFile(data, file);
    return owner === 'server';
  }

  /**
   * Called when the server was killed. Without a lease, the next process to leave would consider itself the last one and stop the
   * server while this process uses it. Joining again also restarts the server, so that developers need not restart anything.
   */
  #rejoin(): void {
    if (!this.#isLeaving) this.#joining = this.#joinAgain();
  }

  /** Retries without a time limit: the cause may be temporary (a full disk), and no other process would start the server. */
  async #joinAgain(): Promise<void> {
    for (let isReported = false; !this.#isLeaving; isReported = true) {
      try {
        await this.join();
        return;
      } catch (error) {
        if (!isReported) process.emitWarning(String(error));
        await wait(RETRY_MS, undefined, { ref: false, signal: this.#left.signal }).catch(() => {});
      }
    }
  }
}

async function didNotStart(location: ServerLocation): Promise<RustioError> {
  const log = await readFile(location.log, 'utf8').catch(() => '');
  const lines = log.trim().split('\n').slice(-5);
  const reason = lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? 'Its log is empty.';
  return embeddedNotStarted({ reason, log: location.log, details: lines });
}
