/** Sends requests of all types to every route and checks every response. */
import { sql } from 'slonik';
import { z } from 'zod';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import type { RouteInfo } from '../../core/request/route-info.ts';
import type { TestApp } from '../support/app.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { arrivals } from './application.ts';
import { problemsOf, routeOf } from './check-response.ts';
import { compare, countsOf, type ReportedChange } from './compare-audit.ts';
import { lateErrors } from './database-rules.ts';
import { type Interruption, Interruptions } from './interruption.ts';
import { OtherProgram } from './other-program.ts';
import { Random } from './random.ts';
import { changeFor, type FuzzRequest, requestFor, type Target } from './request.ts';
import { type RouteTable, routeTable } from './route-table.ts';
import { type FuzzResponse, type Pause, send } from './send.ts';
import { type User, usersOf } from './users.ts';

export interface FuzzOptions {
  /** The same seed sends the same requests, except those to links that responses contain. */
  readonly seed: number;
  readonly requests: number;
  readonly concurrency: number;
  /** Further requests are sent to routes for which this is true, until one of them is successful. */
  readonly mustSucceed?: (route: RouteInfo) => boolean;
}
export interface FuzzReport {
  readonly problems: readonly string[];
  /** Statuses by route: `GET /admin`. */
  readonly statuses: ReadonlyMap<string, ReadonlySet<number>>;
  /** Routes of `mustSucceed` to which no request was successful: `GET /admin`. */
  readonly unsuccessful: readonly string[];
  /** The number of audit entries by event: how much was actually changed. */
  readonly entries: ReadonlyMap<string, number>;
  /** How many statements of another program changed rows in the meantime. */
  readonly otherChanges: number;
  /** How many transactions, of requests and of the other program, failed at COMMIT. */
  readonly lateErrors: number;
  /** How many requests were stored, of those whose users were interrupted in some way; see `Interruption`. */
  readonly stored: Interruptions['stored'];
  readonly interrupted: Interruptions['total'];
}

const MAX_PROBLEMS = 20;
/** Some routes need a link that only one page shows. */
const MAX_AIMED = 3_000;
const MAX_URLS = 400;

export async function fuzz(app: TestApp, options: FuzzOptions): Promise<FuzzReport> {
  return withPlainConnection(app.app.database.url, async (client) => {
    const other = new OtherProgram(client);
    const interruptions = await Interruptions.of(app);
    const run = new Run({
      app,
      options,
      users: await usersOf(app),
      other,
      interruptions,
      values: await storedValues(app),
    });
    const before = await countsOf(app);
    await Promise.all(Array.from({ length: options.concurrency }, () => run.work()));
    for (const route of run.unsuccessful()) await run.reach(route);
    const { problems, entries } = await compare(app, before, run.changes, other.rows);
    return {
      problems: [...run.problems, ...problems],
      statuses: run.statuses,
      unsuccessful: run.unsuccessful().map(nameOf),
      entries,
      otherChanges: other.changes,
      lateErrors: await lateErrors(client),
      stored: interruptions.stored,
      interrupted: interruptions.total,
    };
  });
}

/** The audit trail's entries of rows that were created before the requests. */
async function storedValues({ app }: TestApp): Promise<readonly string[]> {
  const entries = await app.database.any(sql.type(z.object({ id: z.string(), key: z.string() }))`
    select id::text, subject_key as key from rustio_audit where event = 'create' and subject_model = 'profile' limit 5
  `);
  const profile = app.models.all.find(({ name }) => name === 'profile');
  return entries.map(({ id, key }) => `/admin/${profile?.slug}/${key}/+history/${id}/after/title`);
}

/** Whether a logged error is more than a conflict or a cancelled statement, after which the user was asked to repeat the change. */
export function isUnexpected({ code }: Readonly<Record<string, unknown>>): boolean {
  return code !== 'RIO-HTTP-BUSY' && code !== 'RIO-HTTP-LOCKED' && code !== 'RIO-HTTP-SLOW';
}

/** The page that follows the creation of a user shows the password, once. */
function isReportedAsDone({ method, path }: RouteInfo, { status }: FuzzResponse): boolean {
  return method === 'POST' && (status === 303 || (status === 200 && path === '/admin/accounts/+new'));
}

function nameOf({ method, path }: RouteInfo): string {
  return `${method} ${path}`;
}

function mayChange({ name }: User): boolean {
  return /clerk|supervisor|administrator|developer/.test(name);
}

/** Whether the form's ID cannot be seen in the body. */
function isCompressed(headers: FuzzRequest['headers']): boolean {
  return 'content-encoding' in headers;
}

interface Exchange {
  readonly id: string;
  readonly user: User;
  readonly request: FuzzRequest;
  readonly response: FuzzResponse;
}

interface RunParts {
  readonly app: TestApp;
  readonly options: FuzzOptions;
  readonly users: readonly User[];
  readonly other: OtherProgram;
  readonly interruptions: Interruptions;
  /** URLs of values in the audit trail. */
  readonly values: readonly string[];
}

class Run {
  readonly problems: string[] = [];
  readonly changes: ReportedChange[] = [];
  readonly statuses = new Map<string, Set<number>>();
  readonly #app: TestApp;
  readonly #options: FuzzOptions;
  readonly #users: readonly User[];
  readonly #table: RouteTable;
  readonly #urls: string[] = [];
  readonly #target: Target;
  readonly #other: OtherProgram;
  readonly #interruptions: Interruptions;
  #sent = 0;

  constructor({ app, options, users, other, interruptions, values }: RunParts) {
    const { models, routes } = app.app;
    this.#app = app;
    this.#options = options;
    this.#users = users;
    this.#other = other;
    this.#interruptions = interruptions;
    this.#table = routeTable(routes, models);
    this.#target = { app, models: models.all, urls: this.#urls, values };
  }

  /** One of several concurrent senders. */
  async work(): Promise<void> {
    while (this.#sent < this.#options.requests && this.problems.length < MAX_PROBLEMS) {
      const { random, id } = this.#next();
      const meanwhile = random.percent(30) ? this.#other.write(random) : undefined;
      const interruption = random.percent(12) ? this.#interruptions.next(random) : undefined;
      if (interruption) await this.#interrupted(random, id, interruption);
      else await this.#ordinary(random, id);
      await meanwhile;
    }
  }

  /** The routes that must succeed and have not. */
  unsuccessful(): readonly RouteInfo[] {
    const { mustSucceed = () => false } = this.#options;
    return this.#app.app.routes.filter((route) => mustSucceed(route) && !this.#hasSucceeded(route));
  }

  /** Sends requests to a route until one is successful. */
  async reach(route: RouteInfo): Promise<void> {
    for (let tries = 0; tries < MAX_AIMED && !this.#hasSucceeded(route); tries++) {
      const { random, id } = this.#next();
      const user = random.pick(this.#users.filter(mayChange));
      // The others find the pages with the links that some routes need.
      const aimedAt = random.percent(75) ? route : undefined;
      await this.#exchange(random, { id, user, request: requestFor(random, this.#target, user, aimedAt) });
    }
  }

  #hasSucceeded(route: RouteInfo): boolean {
    return this.statuses.get(nameOf(route))?.has(route.method === 'GET' ? 200 : 303) === true;
  }

  #next(): { random: Random; id: string } {
    const number = this.#sent++;
    // An ID has at least 16 characters.
    const id = `fuzz-${this.#options.seed}-${String(number).padStart(12, '0')}`;
    return { random: new Random(this.#options.seed, number), id };
  }

  async #ordinary(random: Random, id: string): Promise<void> {
    // Half of them by users with many permissions, or little would be changed.
    const user = random.pick(random.percent(50) ? this.#users.filter(mayChange) : this.#users);
    const requestOf = random.percent(10) ? changeFor : requestFor;
    await this.#exchange(random, { id, user, request: requestOf(random, this.#target, user) });
  }

  /** A change of a record during whose body something happens to its user. */
  async #interrupted(random: Random, id: string, interruption: Interruption): Promise<void> {
    const { user, isBefore, happen, end } = interruption;
    const request = changeFor(random, this.#target, user);
    const arrived = Promise.withResolvers<void>();
    arrivals.set(id, arrived.resolve);
    const work = async (sendRest: () => void): Promise<void> => {
      if (!isBefore) sendRest();
      await happen();
      if (isBefore) sendRest();
    };
    await this.#exchange(random, { id, user, request }, { until: arrived.promise, work });
    arrivals.delete(id);
    const { problem } = await end(id);
    if (problem !== undefined) this.#report({ id, user, request }, problem);
  }

  async #exchange(random: Random, exchange: Omit<Exchange, 'response'>, pause?: Pause): Promise<void> {
    const { id, request } = exchange;
    try {
      await this.#record(random, { ...exchange, response: await send(this.#app.url, request, id, pause) });
    } catch (error) {
      this.#report(exchange, String(error));
    }
  }

  async #record(random: Random, exchange: Exchange): Promise<void> {
    const { id, user, request, response } = exchange;
    for (const problem of problemsOf(this.#table, request, response)) this.#report(exchange, problem);
    const route = routeOf(this.#table, request);
    const location = String(response.headers.location ?? '');
    const signedOut = location.startsWith('/admin/login');
    const isRejected = signedOut && !location.includes('notice=');
    if (route && !isRejected) this.#count(route, response.status);
    if (route && isReportedAsDone(route, response) && !isRejected) this.#recordChange(id, route, request);
    if (response.status === 200) this.#collectUrls(random, user, response.text);
    if (user.token === undefined) return;
    const cookies = [response.headers['set-cookie'] ?? []].flat().join('\n');
    const [, token] = new RegExp(`^${SESSION_COOKIE}=([\\w-]{43})(?:;|$)`, 'm').exec(cookies) ?? [];
    if (token !== undefined) user.token = token;
    else if (signedOut) await user.signIn();
  }

  #recordChange(id: string, { path }: RouteInfo, { headers, body }: FuzzRequest): void {
    const [action = ''] = /\+(?:new|edit|delete)$|\+actions?\/:name$/.exec(path) ?? [];
    if (action === '') return;
    const mayBeRepeated = isCompressed(headers) || (body ?? '').includes(formNames.form);
    this.changes.push({ id, path, action, mayBeRepeated });
  }

  #count(route: RouteInfo, status: number): void {
    const name = nameOf(route);
    const statuses = this.statuses.get(name) ?? new Set();
    this.statuses.set(name, statuses.add(status));
  }

  /** Keeps some of the URLs that a page contains. */
  #collectUrls(random: Random, user: User, page: string): void {
    for (const [, escaped = ''] of page.matchAll(/\b(?:href|action)="(\/admin[^"#]*)"/g)) {
      const url = escaped.replaceAll('&amp;', '&');
      if (url.endsWith('/end')) user.devices = [url];
      if (url.includes('/+assets/') || !(url.includes('/+file/') || random.percent(5))) continue;
      if (this.#urls.length < MAX_URLS) this.#urls.push(url);
      else this.#urls[random.int(MAX_URLS)] = url;
    }
  }

  #report({ id, user, request }: Omit<Exchange, 'response'>, problem: string): void {
    const { method, path, headers, body } = request;
    const bodyText = body === undefined ? '' : `\n    ${body.toString('latin1').slice(0, 1_500)}`;
    this.problems.push(
      `${id} as ${user.name}: ${problem}\n    ${method} ${path.slice(0, 1_000)}\n    ${JSON.stringify(headers).slice(0, 1_000)}${bodyText}`,
    );
  }
}
