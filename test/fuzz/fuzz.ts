/** Sends requests of every sort to every route and looks whether each is answered as it should be. */
import type { Route } from '../../core/http/route.ts';
import type { TestApp } from '../support/app.ts';
import { problemsOf, routeOf } from './judge.ts';
import { compare, countsOf, type Done } from './ledger.ts';
import { type Person, peopleOf } from './people.ts';
import { Random } from './random.ts';
import { type FuzzRequest, type Known, requestFor } from './request.ts';
import { type RouteTable, routeTable } from './route-table.ts';
import { type FuzzAnswer, send } from './send.ts';

export interface FuzzOptions {
  /** The same seed sends the same requests, as far as they do not follow links of answers. */
  readonly seed: number;
  readonly requests: number;
  readonly atOnce: number;
}
export interface FuzzReport {
  readonly problems: readonly string[];
  /** Statuses that each route gave, as `GET /admin`. */
  readonly answered: ReadonlyMap<string, ReadonlySet<number>>;
  /** Entries of the trail by event: how much was really changed. */
  readonly entries: ReadonlyMap<string, number>;
}

const MOST_PROBLEMS = 20;
const MOST_ADDRESSES = 400;

export async function fuzz(desk: TestApp, options: FuzzOptions): Promise<FuzzReport> {
  const run = new Run(desk, options, await peopleOf(desk));
  const before = await countsOf(desk);
  await Promise.all(Array.from({ length: options.atOnce }, () => run.work()));
  const { problems, entries } = await compare(desk, before, run.done);
  return { problems: [...run.problems, ...problems], answered: run.answered, entries };
}

function mayChange({ name }: Person): boolean {
  return /clerk|supervisor|administrator|developer/.test(name);
}

/** What it says cannot be read here. */
function isPacked(headers: FuzzRequest['headers']): boolean {
  return 'content-encoding' in headers;
}

class Run {
  readonly problems: string[] = [];
  readonly done: Done[] = [];
  readonly answered = new Map<string, Set<number>>();
  readonly #desk: TestApp;
  readonly #options: FuzzOptions;
  readonly #people: readonly Person[];
  readonly #table: RouteTable;
  readonly #addresses: string[] = [];
  readonly #known: Known;
  #sent = 0;

  constructor(desk: TestApp, options: FuzzOptions, people: readonly Person[]) {
    const { models, routes } = desk.app;
    this.#desk = desk;
    this.#options = options;
    this.#people = people;
    this.#table = routeTable(routes, models);
    this.#known = { app: desk, models: models.all, addresses: this.#addresses };
  }

  /** One of those who send at the same time. */
  async work(): Promise<void> {
    while (this.#sent < this.#options.requests && this.problems.length < MOST_PROBLEMS) {
      const number = this.#sent++;
      const random = new Random(this.#options.seed, number);
      // Half of all by those who may do most, or little would ever be changed.
      const who = random.pick(random.percent(50) ? this.#people.filter(mayChange) : this.#people);
      const asked = requestFor(random, this.#known, who);
      // 16 characters at least, or it is not taken for an id.
      const id = `fuzz-${this.#options.seed}-${String(number).padStart(12, '0')}`;
      try {
        await this.#note(random, id, who, asked, await send(this.#desk.url, asked, id));
      } catch (error) {
        this.#tell(id, who, asked, String(error));
      }
    }
  }

  async #note(random: Random, id: string, who: Person, asked: FuzzRequest, answer: FuzzAnswer): Promise<void> {
    for (const problem of problemsOf(this.#table, asked, answer)) this.#tell(id, who, asked, problem);
    const route = routeOf(this.#table, asked);
    const location = String(answer.headers.location ?? '');
    const signedOut = location.startsWith('/admin/login');
    const refused = signedOut && !location.includes('notice=');
    if (route && !refused) this.#count(route, answer.status);
    if (route?.method === 'POST' && answer.status === 303 && !refused) this.#noteDone(id, route, asked);
    if (answer.status === 200) this.#follow(random, who, answer.text);
    if (who.token === undefined) return;
    const [, given] = /^rustio=([\w-]{43})(?:;|$)/m.exec([answer.headers['set-cookie'] ?? []].flat().join('\n')) ?? [];
    if (given !== undefined) who.token = given;
    else if (signedOut) await who.signIn();
  }

  #noteDone(id: string, { path }: Route, { headers, body }: FuzzRequest): void {
    const [what = ''] = /\+(?:new|edit|delete)$|\+actions?\/:name$/.exec(path) ?? [];
    if (what !== '') this.done.push({ id, what, named: isPacked(headers) || (body ?? '').includes('~form') });
  }

  #count({ method, path }: Route, status: number): void {
    const name = `${method} ${path}`;
    const statuses = this.answered.get(name) ?? new Set();
    this.answered.set(name, statuses.add(status));
  }

  /** Remembers some of the addresses that a page leads to. */
  #follow(random: Random, who: Person, page: string): void {
    for (const [, address = ''] of page.matchAll(/\b(?:href|action)="(\/admin[^"#]*)"/g)) {
      const plain = address.replaceAll('&amp;', '&');
      if (plain.endsWith('/end')) who.devices = [plain];
      if (plain.includes('/+assets/') || !(plain.includes('/+file/') || random.percent(5))) continue;
      if (this.#addresses.length < MOST_ADDRESSES) this.#addresses.push(plain);
      else this.#addresses[random.int(MOST_ADDRESSES)] = plain;
    }
  }

  #tell(id: string, { name }: Person, { method, path, headers, body }: FuzzRequest, problem: string): void {
    const shown = body === undefined ? '' : `\n    ${body.toString('latin1').slice(0, 1_500)}`;
    this.problems.push(
      `${id} as ${name}: ${problem}\n    ${method} ${path.slice(0, 1_000)}\n    ${JSON.stringify(headers).slice(0, 1_000)}${shown}`,
    );
  }
}
