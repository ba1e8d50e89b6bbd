// The `scope` hook of plugins: which parts of a request run in it.
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type App, definePlugin, sql, z } from 'rustio-admin/plugin';
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';

const test = suite('scope of a request');

const current = sql.type(z.object({ tenant: z.string().nullable() }))`
  select nullif(current_setting('app.tenant', true), '') as tenant
`;
const tenantOf = (app: App): Promise<string> => app.database.oneFirst(current).then(String);
let seen: string[] = [];

async function* lines(app: App): AsyncGenerator<string> {
  try {
    for (let at = 0; at < 3; at += 1) {
      await wait(1);
      yield `${await tenantOf(app)}\n`;
    }
  } finally {
    seen.push(`end of the stream: ${await tenantOf(app)}`);
  }
}

const tenants = definePlugin({
  name: 'tenants',
  api: 1,
  scope: (ctx) => ({ settings: { 'app.tenant': ctx.get('x-tenant') } }),
  middleware: (app) => [
    {
      name: 'early',
      stage: 'after-access',
      async run(_ctx, next) {
        seen.push(`after-access: ${await tenantOf(app)}`);
        await next();
      },
    },
  ],
  routes(routes) {
    const open = { access: { open: true }, at: 'root' } as const;
    routes.get('/stream', open, (ctx, app) => {
      ctx.body = Readable.from(lines(app));
    });
    routes.get('/through', open, (ctx, app) => {
      ctx.body = Readable.from(lines(app)).map((line: string) => line.toUpperCase());
    });
    routes.get('/web', open, (ctx, app) => {
      let left = 3;
      ctx.body = new ReadableStream(
        {
          async pull(controller) {
            controller.enqueue(Buffer.from(`${await tenantOf(app)}\n`));
            left -= 1;
            if (left === 0) controller.close();
          },
        },
        { highWaterMark: 0 },
      );
    });
    routes.get('/later', open, async (ctx, app) => {
      await app.database.transaction(async (tx) => {
        tx.afterCommit(async () => {
          seen.push(`after the commit: ${await tenantOf(app)}`);
        });
      });
      ctx.body = 'done';
    });
    routes.get('/failing', open, () => {
      throw new Error('a failure of the test');
    });
  },
});

let app: TestApp;
let client: Client;
test.before(async () => {
  app = await testApp({ extend: [tenants] });
  client = app.client();
});
test.before.each(() => {
  seen = [];
});
test.after(() => app.close());

for (const path of ['/stream', '/through', '/web']) {
  test(`a streamed response is read in the scope: ${path}`, async () => {
    const read = async (tenant: string) => (await client.get(path, { 'x-tenant': tenant })).text.toLowerCase();
    const tenants = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? 'acme' : 'globex'));
    assert.equal(
      await Promise.all(tenants.map(read)),
      tenants.map((each) => `${each}\n`.repeat(3)),
    );
    if (path === '/stream') assert.is(seen.filter((each) => each === 'end of the stream: acme').length, 4);
  });
}

test('middleware after the access check and afterCommit handlers run in the scope', async () => {
  await client.get('/later', { 'x-tenant': 'acme' });
  assert.equal(seen, ['after-access: acme', 'after the commit: acme']);
});

test('after a failure, no connection keeps the scope', async () => {
  for (let at = 0; at < 20; at += 1) await client.get('/failing', { 'x-tenant': 'acme' });
  const left = await Promise.all(Array.from({ length: 20 }, () => tenantOf(app.app)));
  assert.equal(new Set(left), new Set(['null']));
});
