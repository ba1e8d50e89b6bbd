import * as assert from 'uvu/assert';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { createApp, defineConfig, defineModel, field } from '../../../index.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';

const test = suite('createApp');
const Note = defineModel('note', { fields: { title: field.text() } });

test('an application of the built-in plugins listens, responds, and closes what it opened', async () => {
  const database = await testDatabase();
  process.env.DATABASE_URL = database.url;
  try {
    const application = await createApp(defineConfig({ name: 'Notes', models: [Note] }), {
      folder: import.meta.dirname,
    });
    await migrate(database.url, migrationSources('/nowhere', application.app.plugins), { by: 'test' });
    const { url } = await application.listen({ port: 0, host: '127.0.0.1' });
    const ready = await fetch(`${url}/readyz`);
    assert.is(ready.status, 200);
    const page = await fetch(`${url}/admin/login`);
    assert.match(await page.text(), 'Notes');
    await application.close();
    const closed = await fetch(`${url}/healthz`).catch((error: unknown) => error);
    assert.instance(closed, TypeError);
  } finally {
    delete process.env.DATABASE_URL;
    await database.drop();
  }
});

test('a config that fails to boot leaves nothing open', async () => {
  const database = await testDatabase();
  process.env.DATABASE_URL = database.url;
  try {
    const broken = defineConfig({ name: 'Notes', plugins: { auth: false } });
    const failed = await createApp(broken, { folder: import.meta.dirname }).catch((error: unknown) => error);
    assert.instance(failed, Error);
    assert.match(String(failed), 'could not start');
  } finally {
    delete process.env.DATABASE_URL;
    await database.drop();
  }
});
