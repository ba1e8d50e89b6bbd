// Over HTTP: databases whose encoding is not UTF-8.
import pg from 'pg';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { builtIn } from '../../../plugins/built-in.ts';
import { chosen, send } from '../../core/files/file-forms.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, parseForms } from '../../support/client.ts';
import { preparedTemplate } from '../../support/database.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { errorAt, firstsOf, linkTo, mainOf, rowsOf, textOf, walkPages } from './page.ts';

const Word = defineModel('word', {
  fields: {
    id: field.integer(),
    name: field.text(),
    tags: field.array(field.text(), { nullable: true }),
    data: field.json(z.unknown(), { nullable: true }),
    coin: field.choice(['eur', 'usd'], { nullable: true, labels: { eur: 'Euro €', usd: 'Dollar $' } }),
    note: field.text({ nullable: true }),
  },
  key: 'id',
  label: 'name',
  managed: false,
});
const Keyed = defineModel('keyed', {
  fields: {
    code: field.text(),
    name: field.text({ nullable: true }),
    word: field.belongsTo(() => Word, { nullable: true, column: 'word' }),
    other: field.belongsTo(() => Keyed, { nullable: true, column: 'other' }),
    friends: field.manyToMany(() => Keyed, { through: () => Friend }),
  },
  key: 'code',
  label: 'name',
  managed: false,
});
const Friend = defineModel('friend', {
  fields: {
    one: field.belongsTo(() => Keyed, { column: 'one' }),
    two: field.belongsTo(() => Keyed, { column: 'two' }),
  },
  key: ['one', 'two'],
  label: ['one', 'two'],
  managed: false,
});

const Paper = defineModel('paper', {
  fields: {
    id: field.integer(),
    title: field.text(),
    coin: field.choice(['eur'], { nullable: true, labels: { eur: 'Euro €' } }),
    of: field.belongsTo(() => Paper, { nullable: true, column: 'of' }),
    scan: field.file({ nullable: true }),
  },
  key: 'id',
  label: ['title', 'coin'],
  managed: false,
});

/** `letter`: SQL for an ü as this database stores it. */
async function open(encoding: 'LATIN1' | 'SQL_ASCII' | 'UTF8', letter: string): Promise<TestApp> {
  const template = await preparedTemplate('nothing', async () => {});
  const admins = [
    defineAdmin(Paper, {}),
    defineAdmin(Word, { list: ['id', 'name', 'tags', 'coin'], search: ['name', 'coin'], filters: ['tags'] }),
    defineAdmin(Keyed, {
      list: ['code', 'name', 'word', 'other'],
      search: ['name', 'code', 'other.name'],
      filters: ['word', 'other', 'friends'],
    }),
  ];
  const connectVia = async (base: string) => {
    const url = new URL(base);
    url.pathname = `${url.pathname}_${encoding.toLowerCase()}`;
    const client = new pg.Client(base);
    await client.connect();
    await client.query(
      `create database ${url.pathname.slice(1)} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
    );
    await client.end();
    await migrate(url.href, migrationSources(temporaryFolder(), builtIn), { by: 'test' });
    await withPlainConnection(url.href, (connection) =>
      connection.query(`
        create table word (id int primary key, name text not null, tags text[], data jsonb, coin text, note text);
        create table keyed (code text primary key, name text, word int, other text);
        create table paper (id int primary key, title text not null, coin text, "of" int, scan uuid);
        create table friend (one text, two text, primary key (one, two));
        insert into word values
          (1, 'Z' || ${letter} || 'rich', array['t' || ${letter}, 'b'], null, 'eur', 'n' || ${letter}),
          (2, 'plain', null, null, 'usd', null);
        insert into keyed select 'c' || n, 'c', null, null from generate_series(10, 40) n;
        insert into keyed values ('k' || ${letter}, 'n', 1, null), ('plain', 'p', 2, 'k' || ${letter});
        insert into friend values ('plain', 'k' || ${letter}), ('plain', 'c10');
      `),
    );
    return url.href;
  };
  return testApp({ models: [Word, Keyed, Friend, Paper], plugins: { admin: { admins } } }, { template, connectVia });
}

const rowsIn = async (app: TestApp, query: string): Promise<unknown[]> =>
  (await withPlainConnection(app.app.database.url, (client) => client.query(query))).rows;

const all = permissionsFor([Word, Keyed, Friend, Paper]);
const EURO = encodeURIComponent('€');
const EURO_KEY = '~e2~82~ac';

/** `end`: the end of each key, as SQL. */
async function continuesAfter(app: TestApp, clerk: Client, end: string): Promise<void> {
  await rowsIn(
    app,
    `insert into keyed select 'yyy' || n || repeat('y', 1010) || ${end}, repeat('long', 300) || n from generate_series(10, 24) n`,
  );
  const pages = await walkPages(clerk, '/admin/keyeds?size=10&q=yyy&sort=name', 'Next');
  assert.equal(
    pages.map((page) => page.length),
    [10, 5],
  );
  assert.is(new Set(pages.flat()).size, 15);
  await rowsIn(app, "delete from keyed where code like 'yyy%'");
}

async function findsSharpS(app: TestApp, clerk: Client): Promise<void> {
  await rowsIn(app, "insert into word values (9, 'Straße', null, null, null, null)");
  assert.equal(firstsOf((await clerk.get(`/admin/words?q=${encodeURIComponent('straß')}`)).text), ['9']);
  await rowsIn(app, 'delete from word where id = 9');
}

const latin = suite('admin: a database in LATIN1');
{
  let app: TestApp;
  let clerk: Client;
  latin.before(async () => {
    app = await open('LATIN1', 'chr(252)');
    clerk = await app.signInAs('staff', all);
  });
  latin.after(async () => {
    assert.equal(app.errors, []);
    await app.close();
  });

  latin('a search finds an ß, of which it lacks the upper-case form', () => findsSharpS(app, clerk));

  latin(
    'a search or a filter for a character that it lacks matches no row, and the other alternatives still do',
    async () => {
      for (const query of [
        `q=${EURO}`,
        `q=n+${EURO}`,
        `f.other=${EURO}`,
        `f.friends=${EURO}`,
        `f.other=${EURO}&q=${EURO}x`,
      ]) {
        const page = await clerk.get(`/admin/keyeds?${query}`);
        assert.is(page.status, 200, query);
        assert.equal(firstsOf(page.text), [], query);
        assert.is((await clerk.get(`/admin/keyeds?${query}&count=exact&at=last`)).status, 200, query);
      }
      assert.equal(firstsOf((await clerk.get(`/admin/words?f.tags=${EURO}&f.tags=b`)).text), ['1']);
      assert.equal(firstsOf((await clerk.get(`/admin/keyeds?f.other=${EURO}&f.other=k%C3%BC`)).text), ['plain']);
      assert.equal(firstsOf((await clerk.get(`/admin/words?f.tags=${EURO}`)).text), []);
      assert.equal(firstsOf((await clerk.get(`/admin/words?q=${EURO}`)).text), ['1'], 'the label of a choice');
      assert.equal(firstsOf((await clerk.get('/admin/words?q=Z%C3%BCrich')).text), ['1']);
      assert.match(textOf(mainOf((await clerk.get(`/admin/+search?q=${EURO}`)).text)), 'Zürich');
    },
  );

  latin('the links of a list keep the filter, and a cursor with such a character starts at the top', async () => {
    const url = `/admin/keyeds?size=10&f.friends=${EURO}&f.friends=%2Bnone`;
    const first = await clerk.get(url);
    const second = await clerk.get(linkTo(first.text, 'Next'));
    assert.is(firstsOf(second.text).length, 10);
    assert.not.equal(firstsOf(second.text), firstsOf(first.text));
    const after = new URL(linkTo(first.text, 'Next'), app.url).searchParams.get('after') ?? '';
    const [hash] = JSON.parse(Buffer.from(after, 'base64url').toString());
    for (const forged of [
      [hash, ['€']],
      [hash, ['a€']],
      [hash, [['€']], ['€']],
    ]) {
      const page = await clerk.get(`${url}&after=${Buffer.from(JSON.stringify(forged)).toString('base64url')}`);
      assert.is(page.status, 200);
      assert.equal(firstsOf(page.text), firstsOf(first.text));
    }
  });

  latin('no page of a key with such a character exists, and nothing can be done to it', async () => {
    const paths = ['', '/+edit', '/+delete', '/+history', '/+value/name', '/+history/1/before/name'];
    for (const path of paths) assert.is((await clerk.get(`/admin/keyeds/${EURO_KEY}${path}`)).status, 404, path);
    const administrator = await app.signInAs('administrator');
    assert.is((await administrator.get(`/admin/keyeds/${EURO_KEY}/+history`)).status, 404);
    const [form] = parseForms((await clerk.get('/admin/keyeds/plain/+edit')).text).filter(({ action }) =>
      action.endsWith('+edit'),
    );
    assert.is((await clerk.post(`/admin/keyeds/${EURO_KEY}/+edit`, { ...form?.fields, name: 'x' })).status, 404);
    const [deletion] = parseForms((await clerk.get('/admin/keyeds/c11/+delete')).text).filter(({ action }) =>
      action.endsWith('+delete'),
    );
    assert.is((await clerk.post(`/admin/keyeds/${EURO_KEY}/+delete`, { ...deletion?.fields })).status, 404);
    const reader = await app.signInAs('staff', ['keyed.view']);
    assert.is((await reader.post(`/admin/keyeds/${EURO_KEY}/+edit`, { ...form?.fields })).status, 403);
  });

  latin('code gets "missing" for such a key, and its transaction goes on', async () => {
    const actor = { kind: 'job', name: 'test', permissions: 'all' } as const;
    const context = { actor, correlationId: 'a'.repeat(20), ip: null, credential: null };
    await app.app.database.transaction(async (tx) => {
      assert.is(await app.app.records.get(actor, Keyed, EURO_KEY, tx), undefined);
      assert.is(await app.app.records.hold(tx, actor, Keyed, EURO_KEY, 'update'), undefined);
      assert.is((await app.app.write.update(tx, context, Keyed, EURO_KEY, { name: 'x' })).outcome, 'missing');
      assert.is((await app.app.write.remove(tx, context, Keyed, EURO_KEY)).outcome, 'missing');
      assert.is((await app.app.records.get(actor, Keyed, 'k~c3~bc', tx))?.name, 'n');
      const model = app.app.models.of(Keyed);
      const found = await app.app.records.findMany(actor, model, [EURO_KEY, 'plain', 'a~e2~82~ac', 'k~c3~bc'], tx);
      assert.equal(
        found.map(({ key }) => key),
        ['plain', 'k~c3~bc'],
      );
    });
  });

  latin('options for such a character are empty, and a relation that contains it matches no row', async () => {
    for (const name of ['word', 'other', 'friends']) {
      const options = await clerk.get(`/admin/keyeds/+options/${name}?q=${EURO}`);
      assert.equal(JSON.parse(options.text), { options: [], more: false }, name);
    }
    for (const values of [{ word: '€' }, { other: '€' }, { friends: ['c10', '€', '¥€'] }]) {
      const saved = await clerk.submit('/admin/keyeds/c12/+edit', values);
      assert.is(saved.status, 422);
      assert.match(errorAt(saved.text, Object.keys(values)[0] ?? ''), 'matches “€”');
    }
    assert.is((await clerk.get(`/admin/keyeds/+new?other=${EURO}&friends=${EURO}&name=${EURO}`)).status, 200);
  });

  latin('a value with such a character is reported at its field', async () => {
    for (const [name, value] of [
      ['name', '€'],
      ['tags', 'a\n€'],
      ['data', '{"a":"€"}'],
      ['note', '€'],
    ] as const) {
      const saved = await clerk.submit('/admin/words/2/+edit', { [name]: value });
      assert.is(saved.status, 422, name);
      assert.match(errorAt(saved.text, name), 'The database cannot store the character “€”');
    }
    assert.is((await clerk.submit('/admin/keyeds/+new', { code: '€', name: 'x' })).status, 422);
  });

  latin('the message about a long label, and the name of an upload, are stored with question marks', async () => {
    const long = 'x'.repeat(300);
    const saved = await clerk.submit('/admin/words/2/+edit', { name: long });
    assert.is(saved.status, 303);
    assert.match(textOf(mainOf((await clerk.get(saved.location ?? '')).text)), `${'x'.repeat(190)}`);
    const added = await send(clerk, '/admin/papers/+new', {
      id: '1',
      title: 'paper',
      scan: chosen('zehn € łü.txt', Buffer.from('text')),
    });
    assert.is(added.status, 303);
    assert.match(textOf(mainOf((await clerk.get('/admin/papers/1')).text)), 'zehn ? ?ü.txt');
  });

  latin(
    'a choice in a label may have such a character: it is shown, searched, typed, and the trail has its value',
    async () => {
      const scan = chosen('scan.txt', Buffer.from('text'));
      assert.is((await send(clerk, '/admin/papers/+new', { id: '7', title: 'seven', coin: 'eur', scan })).status, 303);
      assert.match(textOf(mainOf((await clerk.get('/admin/papers/7')).text)), 'seven · Euro €');
      for (const q of [EURO, `seven+${EURO}`, encodeURIComponent('seven · Euro €')]) {
        const options = await clerk.get(`/admin/papers/+options/of?q=${q}`);
        assert.equal(JSON.parse(options.text).options, [{ value: '7', label: 'seven · Euro €' }], q);
      }
      assert.is((await clerk.submit('/admin/papers/7/+edit', { of: 'seven · Euro €' })).status, 303);
      assert.is((await clerk.submit('/admin/papers/7/+edit', { of: 'seven · Yen ¥€' })).status, 422);
      assert.is((await clerk.get('/admin/papers/7/+file/scan')).status, 200);
      const labels = await rowsIn(
        app,
        "select event, subject_label as label from rustio_audit where subject_key = '7' order by id",
      );
      assert.equal(labels, [
        { event: 'create', label: 'seven · eur' },
        { event: 'update', label: 'seven · eur' },
        { event: 'file_read', label: 'seven · Euro ?' },
      ]);
    },
  );

  latin('sign-in, browsers, ids of forms and filters of the audit trail may have any character', async () => {
    for (const email of ['€@example.org', 'ł@example.org', 'x']) {
      assert.is((await app.client().signIn(email, 'x€')).status, 401, email);
    }
    const administrator = await app.signInAs('administrator');
    for (const query of [`user=${EURO}@example.org`, `user=${EURO}`, `correlation=${EURO}`, `event=${EURO}`]) {
      assert.is((await administrator.get(`/admin/audit?${query}`)).status, 200, query);
    }
    assert.equal(rowsOf((await administrator.get(`/admin/audit?user=${EURO}@example.org`)).text), []);
    const form = parseForms((await clerk.get('/admin/words/2/+edit')).text).find(({ action }) =>
      action.endsWith('+edit'),
    );
    const saved = await clerk.post('/admin/words/2/+edit', { ...form?.fields, '~form': '€ł', note: 'saved' });
    assert.is(saved.status, 303);
  });
}

const utf8 = suite('admin: a database in UTF8');
{
  let app: TestApp;
  utf8.before(async () => {
    app = await open('UTF8', 'chr(252)');
  });
  utf8.after(async () => {
    assert.equal(app.errors, []);
    await app.close();
  });

  utf8('a list continues after a long key whose text looks like a byte of SQL_ASCII', async () =>
    continuesAfter(app, await app.signInAs('staff', all), "U&'\\FFFDfc'"),
  );
}

const ascii = suite('admin: a database in SQL_ASCII');
{
  let app: TestApp;
  let clerk: Client;
  ascii.before(async () => {
    app = await open('SQL_ASCII', "e'\\xfc'");
    clerk = await app.signInAs('staff', all);
  });
  ascii.after(async () => {
    assert.equal(app.errors, []);
    await app.close();
  });

  /** As PostgreSQL's escaped bytes. */
  const stored = async () => {
    const [row] = await rowsIn(
      app,
      `select encode(name::bytea, 'escape') as name, encode(array_to_string(tags, '|')::bytea, 'escape') as tags,
        encode(note::bytea, 'escape') as note, encode(data::text::bytea, 'escape') as data, coin from word where id = 1`,
    );
    return row;
  };
  const before = { name: 'Z\\374rich', tags: 't\\374|b', note: 'n\\374', data: null, coin: 'eur' };
  const KEY = 'k~ef~bf~bdfc';
  const actor = { kind: 'job', name: 'test', permissions: 'all' } as const;
  const context = { actor, correlationId: 'a'.repeat(20), ip: null, credential: null };

  ascii('a search finds an ß, which is two bytes', () => findsSharpS(app, clerk));

  ascii(
    'bytes that are not UTF-8 are shown as U+FFFD with their digits, and survive a change of another field',
    async () => {
      assert.equal(rowsOf((await clerk.get('/admin/words')).text)[0], ['1', 'Z�fcrich', 't�fc b', 'Euro €']);
      assert.is((await clerk.submit('/admin/words/1/+edit', { coin: 'usd' })).status, 303);
      assert.equal(await stored(), { ...before, coin: 'usd' });
      assert.is((await clerk.submit('/admin/words/1/+edit', { coin: 'eur' })).status, 303);
      assert.equal(await stored(), before);
    },
  );

  ascii('a change of a text, of an array or of JSON keeps the other bytes of the value', async () => {
    const changes = { name: 'Z�fcrich 2', note: 'n�fc.', tags: 't�fc\nb\nnew', data: '{"a":"�fc"}' };
    assert.is((await clerk.submit('/admin/words/1/+edit', changes)).status, 303);
    assert.equal(await stored(), {
      ...before,
      name: 'Z\\374rich 2',
      note: 'n\\374.',
      tags: 't\\374|b|new',
      data: '{"a": "\\374"}',
    });
    assert.match(textOf(mainOf((await clerk.get('/admin/words/1')).text)), '"a": "�fc"');
    const administrator = await app.signInAs('administrator');
    const history = textOf(mainOf((await administrator.get('/admin/words/1/+history')).text));
    assert.match(history, 'Z�fcrich Z�fcrich 2');
    const undone = { name: 'Z�fcrich', note: 'n�fc', tags: 't�fc\nb', data: '' };
    assert.is((await clerk.submit('/admin/words/1/+edit', undone)).status, 303);
    assert.equal(await stored(), before);
  });

  ascii('a stored U+FFFD is a character like any other, even before two digits', async () => {
    const name = async () => await rowsIn(app, `select encode(name::bytea, 'hex') as name from word where id = 2`);
    assert.is((await clerk.submit('/admin/words/2/+edit', { name: '� fc' })).status, 303);
    assert.equal(await name(), [{ name: 'efbfbd206663' }]);
    await rowsIn(app, "update word set name = e'\\xef\\xbf\\xbdfc' where id = 2");
    assert.equal(
      rowsOf((await clerk.get('/admin/words?q=�ef�bf�bdfc')).text),
      [['2', '�ef�bf�bdfc', '', 'Dollar $']].map((row) => row.map((cell) => cell || '–')),
    );
    assert.is((await clerk.submit('/admin/words/2/+edit', { note: 'kept' })).status, 303);
    assert.equal(await name(), [{ name: 'efbfbd6663' }]);
  });

  ascii('a program can send a whole record back, and change part of such a value', async () => {
    const write = (values: object) =>
      app.app.database.transaction((tx) => app.app.write.update(tx, context, Word, '1', values));
    const row = await app.app.records.get(actor, Word, '1');
    assert.is((await write({ ...row, id: undefined, coin: 'usd' })).outcome, 'done');
    assert.equal(await stored(), { ...before, coin: 'usd' });
    assert.is((await write({ tags: [...(row?.tags ?? []), 'new'] })).outcome, 'done');
    assert.equal(await stored(), { ...before, coin: 'usd', tags: 't\\374|b|new' });
    assert.is((await write({ tags: row?.tags, coin: 'eur' })).outcome, 'done');
    assert.equal(await stored(), before);
  });

  ascii('a record whose key has such bytes is found, opened, changed and in the audit trail', async () => {
    const { text } = await clerk.get('/admin/keyeds?q=n');
    assert.is(linkTo(text, 'k�fc'), `/admin/keyeds/${KEY}`);
    const other = await clerk.get('/admin/keyeds?q=plain');
    assert.is(linkTo(other.text, 'n'), `/admin/keyeds/${KEY}`, 'a relation');
    assert.match((await clerk.get('/admin/+search?q=k�fc')).text, `/admin/keyeds/${KEY}`);
    assert.is((await clerk.get('/admin/keyeds/k~ef~bf~bd')).status, 404);
    assert.is((await clerk.submit(`/admin/keyeds/${KEY}/+edit`, { name: 'repaired' })).status, 303);
    const page = await clerk.get(`/admin/keyeds/${KEY}`);
    assert.match(textOf(mainOf(page.text)), 'repaired');
    const administrator = await app.signInAs('administrator');
    const history = await administrator.get(`/admin/keyeds/${KEY}/+history`);
    assert.match(textOf(mainOf(history.text)), 'Name n repaired');
    const trail = await administrator.get('/admin/audit');
    assert.match(trail.text, `href="/admin/keyeds/${KEY}/+history"`);
    assert.is((await administrator.get(`/admin/keyeds/${KEY}/+delete`)).status, 200);
    assert.is((await clerk.submit(`/admin/keyeds/${KEY}/+edit`, { name: 'n' })).status, 303);
  });

  ascii('a relation to such a key can be found, filtered by, chosen and removed', async () => {
    const { options } = JSON.parse((await clerk.get('/admin/keyeds/+options/other?q=k�fc')).text);
    assert.equal(options, [{ value: 'k�fc', label: 'n' }]);
    assert.equal(firstsOf((await clerk.get(`/admin/keyeds?f.other=${encodeURIComponent('k�fc')}`)).text), ['plain']);
    const references = () =>
      rowsIn(app, "select code, encode(other::bytea, 'escape') as other from keyed where other is not null order by 1");
    assert.is((await clerk.submit('/admin/keyeds/c12/+edit', { other: 'k�fc' })).status, 303);
    assert.equal(await references(), [
      { code: 'c12', other: 'k\\374' },
      { code: 'plain', other: 'k\\374' },
    ]);
    assert.is((await clerk.submit('/admin/keyeds/c12/+edit', { other: '' })).status, 303);
    assert.is((await references()).length, 1);
  });

  ascii('a link row with such a key is kept when others change, removed and added', async () => {
    const links = async () =>
      (await rowsIn(app, "select encode(two::bytea, 'escape') as two from friend where one = 'plain' order by 1")).map(
        (row) => Object.values(Object(row))[0],
      );
    for (const friends of [
      ['k�fc', 'c10', 'c11'],
      ['c10', 'c11'],
      ['k�fc', 'c10'],
    ]) {
      assert.is((await clerk.submit('/admin/keyeds/plain/+edit', { friends })).status, 303);
      assert.equal(await links(), friends.map((key) => key.replace('�fc', '\\374')).sort());
    }
    const model = app.app.models.of(Keyed);
    const found = await app.app.records.findMany(actor, model, [KEY, 'plain']);
    assert.equal(
      found.map(({ key }) => key),
      [KEY, 'plain'],
    );
  });

  ascii('a list continues after a row with such bytes in its key or in the order', async () => {
    await rowsIn(
      app,
      "insert into keyed select ('z' || chr(n))::text, 'z' || chr(n), null, null from generate_series(246, 255) n",
    );
    for (const sort of ['code', '-code', 'name', '-name']) {
      const keys: string[] = [];
      for (let url = `/admin/keyeds?size=10&q=z&sort=${sort}`; url !== ''; ) {
        const { text } = await clerk.get(url);
        keys.push(...firstsOf(text));
        url = linkTo(text, 'Next');
      }
      assert.is(new Set(keys).size, 10, sort);
      assert.is(keys.length, 10, sort);
    }
  });

  ascii('a list continues after a key with such bytes that is too long for a link', () =>
    continuesAfter(app, clerk, "e'\\xfc'"),
  );

  ascii('such records can be added and deleted, one at a time and together', async () => {
    assert.is((await clerk.submit('/admin/keyeds/+new', { code: 'a�fc', name: 'added' })).status, 303);
    assert.equal(await rowsIn(app, "select encode(code::bytea, 'escape') as code from keyed where name = 'added'"), [
      { code: 'a\\374' },
    ]);
    assert.is((await clerk.submit('/admin/keyeds/+new', { code: 'a�fc', name: 'again' })).status, 422);
    assert.is((await clerk.submit('/admin/keyeds/a~ef~bf~bdfc/+delete', {})).status, 303);
    assert.equal(await rowsIn(app, "select code from keyed where name = 'added'"), []);
    await app.app.database.transaction((tx) => app.app.write.remove(tx, context, Keyed, 'z~ef~bf~bdf6'));
    assert.equal(await rowsIn(app, "select count(*)::int as rows from keyed where name like 'z%'"), [{ rows: 9 }]);
  });

  ascii('any character can be stored, as UTF-8', async () => {
    assert.is((await clerk.submit('/admin/words/2/+edit', { name: '€', tags: 'ł' })).status, 303);
    assert.equal(rowsOf((await clerk.get('/admin/words?q=€')).text), [
      ['1', 'Z�fcrich', 't�fc b', 'Euro €'],
      ['2', '€', 'ł', 'Dollar $'],
    ]);
    await clerk.submit('/admin/words/1/+edit', { name: 'Zürich', tags: 'tü\nb', note: '' });
    assert.match(textOf(mainOf((await clerk.get('/admin/words/1')).text)), 'Zürich');
  });
}
