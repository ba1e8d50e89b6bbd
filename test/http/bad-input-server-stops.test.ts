// Black box: PostgreSQL stops, and is killed, while people work; nothing that was told as stored is lost, nothing is stored by half.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { type Embedded, startEmbedded } from '../../core/database/embedded.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Answer, type Client, formsOf } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { ADD, ask, embeddedDesk, everything, removeFolder, serverFolder } from './embedded-desk.ts';

const test = suite('http: PostgreSQL stops under load');
const WORKERS = 6;
let folder: string;
let home: string;
let server: Embedded;
let app: TestApp;
let people: readonly Client[];

test.before(async () => {
  folder = await serverFolder();
  home = path.join(folder, 'local');
  ({ app, server } = await embeddedDesk(home));
  people = await Promise.all(Array.from({ length: WORKERS }, () => app.person('staff', everything)));
});
test.after(async () => {
  await app.close();
  await server.leave();
  await removeFolder(folder);
});

/** People at work: each opens a form, sends it until it is stored, looks at the list, and begins again. */
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
      const fields = formsOf(text).find(({ action }) => action === ADD)?.fields;
      await this.#again(() => person.post(ADD, { ...fields, name, contents: 'x'.repeat(2_000) }));
      this.stored.add(name);
      await this.#again(() => person.get(`/admin/parcels?q=${encodeURIComponent(name)}`));
    }
  }

  /** As long as the answer is "later": the very same request again, as the page says. */
  async #again(send: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await send();
      this.#note(answer);
      if (answer.status !== 503) return answer;
      await wait(20);
    }
  }

  #note({ status, headers, text }: Answer): void {
    if (status === 200 || status === 303 || status === 503) this.seen[status] += 1;
    else this.strange.push(`${status} ${textOf(mainOf(text))}`);
    if (status === 503) {
      const said = `${headers.get('retry-after')} ${textOf(mainOf(text))}`;
      if (!/^5 .*503 .*RIO-HTTP-UNAVAILABLE The database cannot be reached at the moment\./.test(said))
        this.strange.push(said);
    }
    this.#waiting = this.#waiting.filter(({ until, go }) => {
      if (!until()) return true;
      go();
      return false;
    });
  }
}

/** Every form that was answered is one row with one entry in the trail and one remembered answer, and there is nothing else. */
async function assertWhole(load: Load): Promise<void> {
  const rows = await ask(
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
  const [once] = await ask(
    server.url,
    `select (select count(*)::int from rustio_once) as claims, (select count(*)::int from rustio_once where location is null) as open,
       (select count(*)::int from parcel) as parcels`,
  );
  assert.equal(once, { claims: once?.parcels, open: 0, parcels: once?.parcels });
}

test('stopped and started again: 503 pages, then it goes on by itself, and every form that was answered is stored once', async () => {
  const load = new Load('stopped');
  await load.until(() => load.seen[303] >= 20);
  assert.ok(await server.leave(), 'it is stopped under them');
  await load.until(() => load.seen[503] >= 20);
  assert.is((await app.client().get('/healthz')).status, 200, 'the process lives');
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

test('killed: it is started by whoever uses it, and every form that was answered is stored once', async () => {
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

test('the log has nothing of it but the database that was gone', () => {
  const codes = app.errors.flatMap(({ code }) => (code === undefined ? [] : [code]));
  assert.ok(codes.length > 20);
  assert.equal([...new Set(codes)], ['RIO-HTTP-UNAVAILABLE']);
});
