// Black box: PostgreSQL stops, and is killed, under load; nothing that was reported as stored is lost or half-written.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { type Embedded, startEmbedded } from '../../core/database/embedded.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, parseForms, type TestResponse } from '../support/client.ts';
import { queryRows } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';
import { ADD, allPermissions, removeFolder, serverFolder, startEmbeddedApp } from './embedded-app.ts';

const test = suite('http: PostgreSQL stops under load');
const WORKERS = 6;
let folder: string;
let home: string;
/** The page of a request that failed: usually nothing was saved, unless the server stopped during COMMIT. */
const OUTAGE =
  /^5 .*503 .*(?:RIO-HTTP-UNAVAILABLE The database is currently unavailable|RIO-DATABASE-COMMIT It is not known whether)/;
let server: Embedded;
let app: TestApp;
let people: readonly Client[];

test.before(async () => {
  folder = await serverFolder();
  home = path.join(folder, 'local');
  ({ app, server } = await startEmbeddedApp(home));
  people = await Promise.all(Array.from({ length: WORKERS }, () => app.signInAs('staff', allPermissions)));
});
test.after(async () => {
  await app.close();
  await server.leave();
  await removeFolder(folder);
});

/** Users under load: each opens a form, sends it until it is stored, opens the list, and repeats. */
class Load {
  readonly name: string;
  readonly stored = new Set<string>();
  readonly seen = { 200: 0, 303: 0, 503: 0 };
  readonly strange: string[] = [];
  #isOver = false;
  #waiting: { until: () => boolean; go: () => void }[] = [];
  readonly #done: Promise<unknown>;

  constructor(name: string) {
    this.name = name;
    this.#done = Promise.all(people.map((person, at) => this.#work(person, at)));
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((go) => this.#waiting.push({ until: condition, go }));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #work(person: Client, at: number): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const name = `${this.name} ${at} ${n}`;
      const { text } = await this.#again(() => person.get(ADD));
      const fields = parseForms(text).find(({ action }) => action === ADD)?.fields;
      await this.#again(() => person.post(ADD, { ...fields, name, contents: 'x'.repeat(2_000) }));
      this.stored.add(name);
      await this.#again(() => person.get(`/admin/parcels?q=${encodeURIComponent(name)}`));
    }
  }

  /** Repeats the request as long as the response is 503. */
  async #again(send: () => Promise<TestResponse>): Promise<TestResponse> {
    for (;;) {
      const answer = await send();
      this.#note(answer);
      if (answer.status !== 503) return answer;
      await wait(20);
    }
  }

  #note({ status, headers, text }: TestResponse): void {
    if (status === 200 || status === 303 || status === 503) this.seen[status] += 1;
    else this.strange.push(`${status} ${textOf(mainOf(text))}`);
    if (status === 503) {
      const shownText = `${headers.get('retry-after')} ${textOf(mainOf(text))}`;
      if (!OUTAGE.test(shownText)) this.strange.push(shownText);
    }
    this.#waiting = this.#waiting.filter(({ until, go }) => {
      if (!until()) return true;
      go();
      return false;
    });
  }
}

/** Every form that got a response is one row with one audit entry and one idempotency key, and there is nothing else. */
async function assertWhole(load: Load): Promise<void> {
  const rows = await queryRows(
    server.url,
    `select t.name, count(*)::int as rows,
       (select count(*)::int from rustio_audit a
        where a.event = 'create' and a.subject_model = 'parcel' and a.after ->> 'name' = t.name) as entries
     from parcel t where t.name like '${load.name} %' group by t.name`,
  );
  assert.equal(rows.map(({ name }) => name).toSorted(), [...load.stored].toSorted());
  assert.equal(
    rows.filter(({ rows, entries }) => rows !== 1 || entries !== 1),
    [],
    'once each, row and entry',
  );
  const [once] = await queryRows(
    server.url,
    `select (select count(*)::int from rustio_idempotency_key) as claims, (select count(*)::int from rustio_idempotency_key where location is null) as open,
       (select count(*)::int from parcel) as parcels`,
  );
  assert.equal(once, { claims: once?.parcels, open: 0, parcels: once?.parcels });
}

test('stopped and restarted: 503 pages, automatic recovery, and every acknowledged form is stored once', async () => {
  const load = new Load('stopped');
  await load.until(() => load.seen[303] >= 20);
  assert.ok(await server.leave(), 'it is stopped');
  await load.until(() => load.seen[503] >= 20);
  assert.is((await app.client().get('/healthz')).status, 200, 'the process is alive');
  assert.is((await app.client().get('/readyz')).status, 503);
  const before = load.stored.size;
  const url = server.url;
  server = await startEmbedded(home);
  assert.is(server.url, url);
  await load.until(() => load.stored.size >= before + 20);
  await load.end();
  assert.equal(load.strange, []);
  await assertWhole(load);
});

test('killed: the process that uses it restarts it, and every acknowledged form is stored once', async () => {
  const load = new Load('killed');
  await load.until(() => load.seen[303] >= 20);
  const pid = Number.parseInt(await readFile(path.join(home, 'postgres/postmaster.pid'), 'utf8'), 10);
  process.kill(pid, 'SIGKILL');
  await load.until(() => load.seen[503] >= 1);
  const before = load.stored.size;
  await load.until(() => load.stored.size >= before + 20);
  await load.end();
  assert.equal(load.strange, []);
  await assertWhole(load);
});

test('the log contains only errors about the unavailable database', () => {
  const codes = app.errors.flatMap(({ code }) => (code === undefined ? [] : [code]));
  assert.ok(codes.length > 20);
  const expected = new Set(['RIO-HTTP-UNAVAILABLE', 'RIO-DATABASE-COMMIT']);
  assert.equal([...new Set(codes).difference(expected)], []);
});
