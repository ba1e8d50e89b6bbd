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
import { errorAt, firstsOf, linkTo, mainOf, rowsOf, textOf } from './page.ts';

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
  fields: { id: field.integer(), title: field.text(), scan: field.file({ nullable: true }) },
  key: 'id',
  label: 'title',
  managed: false,
});

/** `letter`: SQL for an ü as this database stores it. */
async function open(encoding: 'LATIN1' | 'SQL_ASCII', letter: string): Promise<TestApp> {
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
        create table paper (id int primary key, title text not null, scan uuid);
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

  latin('options for such a character are empty, and a relation typed so is no row', async () => {
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
        encode(note::bytea, 'escape') as note, coin from word where id = 1`,
    );
    return row;
  };
  const before = { name: 'Z\\374rich', tags: 't\\374|b', note: 'n\\374', coin: 'eur' };
  const UNREADABLE = 'Contains “�”, which stands for bytes that are not valid UTF-8.';
  const post = async (changes: Readonly<Record<string, string>>) => {
    const path = '/admin/words/1/+edit';
    const form = parseForms((await clerk.get(path)).text).find(({ action }) => action === path);
    return clerk.post(path, { ...form?.fields, ...changes });
  };

  ascii('bytes that are not UTF-8 are shown as U+FFFD and survive a change of another field', async () => {
    assert.equal(rowsOf((await clerk.get('/admin/words')).text)[0], ['1', 'Z�rich', 't� b', 'Euro €']);
    assert.is((await post({ coin: 'usd' })).status, 303);
    assert.equal(await stored(), { ...before, coin: 'usd' });
    assert.is((await post({ coin: 'eur' })).status, 303);
  });

  ascii('a change of a text or of an array that would rewrite such bytes is rejected at its field', async () => {
    const changes = { name: 'Z�rich 2', note: 'n�.', tags: 't�\nb\nnew' };
    for (const [name, value] of Object.entries(changes)) {
      const saved = await post({ [name]: value });
      assert.is(saved.status, 422, name);
      assert.match(errorAt(saved.text, name), UNREADABLE);
    }
    assert.is((await clerk.submit('/admin/words/+new', { id: '9', name: 'a�', tags: '' })).status, 422);
    assert.equal(await stored(), before);
  });

  ascii('a program that sends the whole record back changes only what it means to change', async () => {
    const actor = { kind: 'job', name: 'test', permissions: 'all' } as const;
    const context = { actor, correlationId: 'a'.repeat(20), ip: null, credential: null };
    const write = (values: object) =>
      app.app.database.transaction((tx) => app.app.write.update(tx, context, Word, '1', values));
    const row = await app.app.records.get(actor, Word, '1');
    assert.is((await write({ ...row, id: undefined, coin: 'usd' })).outcome, 'done');
    assert.equal(await stored(), { ...before, coin: 'usd' });
    const rejected = await write({ tags: [...(row?.tags ?? []), 'new'], coin: 'eur' });
    assert.is(rejected.outcome, 'invalid');
    assert.is((await write({ coin: 'eur' })).outcome, 'done');
    assert.equal(await stored(), before);
  });

  ascii('the list says which record cannot be opened because of its key, and nothing links to it', async () => {
    const { text } = await clerk.get('/admin/keyeds?q=n');
    assert.match(
      textOf(mainOf(text)),
      'k� The key has bytes that are not valid UTF-8, so this record cannot be opened.',
    );
    assert.is(linkTo(text, 'k�'), '');
    const other = await clerk.get('/admin/keyeds?q=plain');
    assert.equal(rowsOf(other.text), [['plain', 'p', 'plain', 'n']]);
    assert.is(linkTo(other.text, 'n'), '', 'nor does a relation');
    assert.not.match((await clerk.get('/admin/+search?q=n')).text, '~ef~bf~bd');
    assert.is((await clerk.get('/admin/keyeds/k~ef~bf~bd')).status, 404);
  });

  ascii('a pair with such a key is kept when others change, and cannot be removed', async () => {
    const pairs = () =>
      rowsIn(app, "select encode(two::bytea, 'escape') as two from friend where one = 'plain' order by 1");
    const path = '/admin/keyeds/plain/+edit';
    const form = parseForms((await clerk.get(path)).text).find(({ action }) => action === path);
    const kept = await clerk.post(path, { ...form?.fields, friends: ['k�', 'c10', 'c11'] });
    assert.is(kept.status, 303);
    assert.equal(await pairs(), [{ two: 'c10' }, { two: 'c11' }, { two: 'k\\374' }]);
    const again = parseForms((await clerk.get(path)).text).find(({ action }) => action === path);
    const removed = await clerk.post(path, { ...again?.fields, friends: ['c10', 'c11'] });
    assert.is(removed.status, 422);
    assert.match(errorAt(removed.text, 'friends'), UNREADABLE);
    assert.is((await pairs()).length, 3);
  });

  ascii('any character can be stored, as UTF-8', async () => {
    assert.is((await clerk.submit('/admin/words/2/+edit', { name: '€', tags: 'ł' })).status, 303);
    assert.equal(rowsOf((await clerk.get('/admin/words?q=€')).text), [
      ['1', 'Z�rich', 't� b', 'Euro €'],
      ['2', '€', 'ł', 'Dollar $'],
    ]);
    await post({ name: 'Zürich', tags: 'tü\nb', note: '' });
    assert.match(textOf(mainOf((await clerk.get('/admin/words/1')).text)), 'Zürich');
  });
}
