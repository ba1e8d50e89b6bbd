// Invariant 3: the change, its event and so its audit row commit together or not at all.
import * as assert from 'uvu/assert';
import { definePlugin, sql } from '../../index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { fillLibrary, library } from './library.ts';

const test = suite('invariant: one transaction per change');
const RIGHTS = ['book.view', 'book.add', 'book.change', 'book.delete', 'author.view'];

/** An application with a user who has every permission for books. */
async function withLibrarian(
  extend: Parameters<typeof testApp>[0]['extend'],
  work: (app: TestApp, librarian: Client) => Promise<void>,
): Promise<void> {
  const app = await testApp({ ...library, ...(extend && { extend }) });
  try {
    await fillLibrary(app.app);
    await work(app, await app.signInAs('staff', RIGHTS));
  } finally {
    await app.close();
  }
}

async function books({ app }: TestApp): Promise<readonly unknown[]> {
  return [...(await app.database.any(sql.unsafe`select id::int, title, pages from book order by id`))];
}

async function trail({ app }: TestApp): Promise<readonly unknown[]> {
  return [
    ...(await app.database.any(sql.unsafe`select event from rustio_audit where subject_model = 'book' order by id`)),
  ];
}

const FIRST = { id: 1, title: 'Always coming home', pages: 523 };

/** Each change, as a user makes it: through the form of the page. */
const changes: Readonly<Record<string, (librarian: Client) => Promise<{ status: number; text: string }>>> = {
  create: (librarian) => librarian.submit('/admin/books/+new', { title: 'The dispossessed', author: '1', pages: '' }),
  update: (librarian) => librarian.submit('/admin/books/1/+edit', { title: 'Another title' }),
  delete: (librarian) => librarian.submit('/admin/books/1/+delete', {}),
};

test('a successful change has its audit entry', () =>
  withLibrarian(undefined, async (app, librarian) => {
    for (const change of Object.values(changes)) assert.is((await change(librarian)).status, 303);
    assert.equal(await trail(app), [{ event: 'create' }, { event: 'update' }, { event: 'delete' }]);
    assert.equal(await books(app), [{ id: 2, title: 'The dispossessed', pages: null }]);
  }));

test('if the audit trail cannot be written, nothing is changed: 500, and the row is unchanged', () =>
  withLibrarian(undefined, async (app, librarian) => {
    await app.app.database.query(sql.unsafe`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no trail today'; end $$
    `);
    await app.app.database.query(sql.unsafe`
      create trigger refuse before insert on rustio_audit for each row execute function refuse()
    `);
    for (const [name, change] of Object.entries(changes)) {
      const { status, text } = await change(librarian);
      assert.is(status, 500, name);
      assert.match(text, 'RIO-AUDIT-NOT-STORED', name);
      assert.equal(await books(app), [FIRST], name);
    }
    assert.equal(await trail(app), []);
    assert.is(app.errors.length, 3);
  }));

test('a failing event handler rolls back the change, its audit entry and the claim on the form: it can be submitted again', () => {
  let isFailing = true;
  const failing = definePlugin({
    name: 'failing',
    api: 1,
    on: () => ({
      update: async () => {
        if (isFailing) throw new Error('a subscriber that fails');
      },
    }),
  });
  return withLibrarian([failing], async (app, librarian) => {
    const { text } = await librarian.get('/admin/books/1/+edit');
    const hidden = (name: string): string => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(text)?.[1] ?? '';
    const form = {
      '~token': hidden('~token'),
      '~form': hidden('~form'),
      '~version': hidden('~version'),
      title: 'Another title',
      author: '1',
      pages: '523',
    };
    assert.is((await librarian.post('/admin/books/1/+edit', form)).status, 500);
    assert.equal(await books(app), [FIRST]);
    assert.equal(await trail(app), []);
    isFailing = false;
    assert.is((await librarian.post('/admin/books/1/+edit', form)).status, 303);
    assert.equal(await books(app), [{ ...FIRST, title: 'Another title' }]);
    assert.equal(await trail(app), [{ event: 'update' }]);
    // Posted again, as by a double click: the first response, and no second change.
    assert.is((await librarian.post('/admin/books/1/+edit', form)).status, 303);
    assert.equal(await trail(app), [{ event: 'update' }]);
  });
});

test('audit entries that must survive a failure do: a wrong password is recorded', async () => {
  const app = await testApp({});
  try {
    assert.is((await app.client().signIn('nobody@example.org', 'a wrong password')).status, 401);
    const events = await app.app.database.any(sql.unsafe`select event from rustio_audit where event like 'login%'`);
    assert.equal([...events], [{ event: 'login_failed' }]);
  } finally {
    await app.close();
  }
});
