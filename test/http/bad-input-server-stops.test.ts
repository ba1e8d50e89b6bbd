// Black box: PostgreSQL stops, and is killed, while people work; nothing that was told as stored is lost, nothing is stored by half.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { type Embedded, startEmbedded } from '../../core/database/embedded.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import type { Answer, Client, FormFields } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { ADD, ask, embeddedDesk, everything, newForm, removeFolder, serverFolder } from './embedded-desk.ts';

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

/** What people have seen so far. */
class Load {
  readonly name: string;
  readonly stored = new Set<string>();
  readonly answers: Answer[] = [];
  #isOver = false;
  #waiting: { until: () => boolean; go: () => void }[] = [];
  readonly #done: Promise<unknown>;

  constructor(name: string) {
    this.name = name;
    this.#done = Promise.all(people.map((person, at) => this.#work(person, at)));
  }

  count(status: number): number {
    return this.answers.filter((answer) => answer.status === status).length;
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((go) => this.#waiting.push({ until: condition, go }));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  /** Opens a form, sends it until it is stored, looks at the list; over and over. */
  async #work(person: Client, at: number): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const name = `${this.name} ${at} ${n}`;
      let fields: FormFields | undefined;
      while (fields === undefined) fields = await newForm(person);
      while (!this.stored.has(name)) {
        const answer = this.#note(await person.post(ADD, { ...fields, name, contents: 'x'.repeat(2_000) }));
        if (answer.status === 303) this.stored.add(name);
      }
      this.#note(await person.get(`/admin/parcels?q=${encodeURIComponent(name)}`));
    }
  }

  #note(answer: Answer): Answer {
    this.answers.push(answer);
    this.#waiting = this.#waiting.filter(({ until, go }) => {
      if (!until()) return true;
      go();
      return false;
    });
    return answer;
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

function assertAnswers(load: Load): void {
  assert.equal([...new Set(load.answers.map(({ status }) => status))].toSorted(), [200, 303, 503]);
  for (const { status, headers, text } of load.answers) {
    if (status !== 503) continue;
    assert.is(headers.get('retry-after'), '5');
    const said = textOf(mainOf(text));
    assert.match(said, 'The database cannot be reached at the moment.');
    assert.match(said, 'RIO-HTTP-UNAVAILABLE');
  }
}

test('stopped and started again: 503 pages, then it goes on by itself, and every form that was answered is stored once', async () => {
  const load = new Load('stopped');
  await load.until(() => load.count(303) >= 20);
  assert.ok(await server.leave(), 'it is stopped under them');
  await load.until(() => load.count(503) >= 20);
  assert.is((await app.client().get('/healthz')).status, 200, 'the process lives');
  assert.is((await app.client().get('/readyz')).status, 503);
  const before = load.stored.size;
  const url = server.url;
  server = await startEmbedded(home);
  assert.is(server.url, url);
  await load.until(() => load.stored.size >= before + 20);
  await load.end();
  assertAnswers(load);
  await assertWhole(load);
});

test('killed: it is started by whoever uses it, and every form that was answered is stored once', async () => {
  const load = new Load('killed');
  await load.until(() => load.count(303) >= 20);
  const pid = Number.parseInt(await readFile(path.join(home, 'postgres/postmaster.pid'), 'utf8'), 10);
  process.kill(pid, 'SIGKILL');
  await load.until(() => load.count(503) >= 1);
  const before = load.stored.size;
  await load.until(() => load.stored.size >= before + 20);
  await load.end();
  assertAnswers(load);
  await assertWhole(load);
});

test('the log has nothing of it but the database that was gone', () => {
  const codes = app.errors.flatMap(({ code }) => (code === undefined ? [] : [code]));
  assert.ok(codes.length > 20);
  assert.equal([...new Set(codes)], ['RIO-HTTP-UNAVAILABLE']);
});
