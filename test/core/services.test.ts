import * as assert from 'uvu/assert';
import { currentScope, withScope } from '../../core/database/scope.ts';
import { type App, definePlugin, type Plugin } from '../../index.ts';
import { testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';

declare module '../../core/services.ts' {
  interface Services {
    testMail: { readonly sender: string; readonly number: number };
    testQueue: { readonly mail: string };
    testClock: { readonly now: () => string };
  }
}

const test = suite('services');

/** Reads the service while the application runs. */
async function withServices(extend: readonly Plugin[], work: (app: App) => void | Promise<void>): Promise<void> {
  const app = await testApp({ extend });
  try {
    await work(app.app);
  } finally {
    await app.close();
  }
}

const mailer = (made: string[] = []): Plugin =>
  definePlugin({
    name: 'mailer',
    api: 1,
    provides: {
      testMail: ({ config }) => {
        made.push('mail');
        return { sender: config.name, number: made.length };
      },
    },
  });

test('a service is created once, on first use, and shared by all plugins', async () => {
  const made: string[] = [];
  await withServices([mailer(made)], (app) => {
    assert.equal(made, [], 'it has not been requested yet');
    const first = app.service('testMail');
    assert.equal(first, { sender: 'Test desk', number: 1 });
    assert.is(app.service('testMail'), first);
    assert.equal(made, ['mail']);
  });
});

test('a service is created outside of the scope of its first caller', async () => {
  let scope: unknown = 'never made';
  const clock = definePlugin({
    name: 'clock',
    api: 1,
    provides: {
      testClock: () => {
        scope = currentScope();
        return { now: () => '' };
      },
    },
  });
  await withServices([clock], (app) => {
    withScope({ settings: { 'app.tenant': 'acme' } }, () => app.service('testClock'));
    assert.is(scope, undefined);
  });
});

test('a service can use another one, regardless of the order of the plugins', async () => {
  const queue = definePlugin({
    name: 'queue',
    api: 1,
    provides: { testQueue: (app) => ({ mail: app.service('testMail').sender }) },
  });
  await withServices([queue, mailer()], (app) => {
    assert.equal(app.service('testQueue'), { mail: 'Test desk' });
  });
});

test('two plugins that provide the same name prevent startup, and the error names both', async () => {
  const other = definePlugin({ name: 'postman', api: 1, provides: { testMail: () => ({ sender: '', number: 0 }) } });
  const error = await rustioFailureOf(testApp({ extend: [mailer(), other] }));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  const line = error.details.find((each) => each.includes('testMail')) ?? '';
  assert.match(line, 'mailer');
  assert.match(line, 'postman');
});

test('a service that no plugin provides is named, with a suggestion', async () => {
  await withServices([mailer()], async (app) => {
    const ask = async (): Promise<unknown> => app.service('testMial' as 'testMail');
    const error = await rustioFailureOf(ask());
    assert.is(error.code, 'RIO-SERVICE-MISSING');
    assert.match(error.parts.problem, '"testMial"');
    assert.match(error.parts.fix, 'testMail');
  });
});

test('the service of a disabled plugin is missing', async () => {
  const plugins: Record<string, false> = { mailer: false };
  const app = await testApp({ extend: [mailer()], plugins });
  assert.is((await rustioFailureOf((async () => app.app.service('testMail'))())).code, 'RIO-SERVICE-MISSING');
  await app.close();
});

test('a cycle between services is an error with the path, not a stack overflow', async () => {
  const circle = definePlugin({
    name: 'circle',
    api: 1,
    provides: {
      testClock: (app) => {
        app.service('testQueue');
        return { now: () => '' };
      },
      testQueue: (app) => ({ mail: app.service('testMail').sender }),
      testMail: (app) => ({ sender: app.service('testQueue').mail, number: 0 }),
    },
  });
  await withServices([circle], async (app) => {
    const error = await rustioFailureOf((async () => app.service('testClock'))());
    assert.is(error.code, 'RIO-SERVICE-CIRCULAR');
    assert.match(error.parts.problem, 'testQueue → testMail → testQueue');
    const again = await rustioFailureOf((async () => app.service('testMail'))());
    assert.is(again.code, 'RIO-SERVICE-CIRCULAR', 'nothing of the failed attempt remains');
  });
});

test('if a service cannot be created, the error names its plugin, and the next use tries again', async () => {
  let works = false;
  const moody = definePlugin({
    name: 'moody',
    api: 1,
    provides: {
      testClock: () => {
        if (!works) throw new Error('no battery');
        return { now: () => 'noon' };
      },
    },
  });
  await withServices([moody], async (app) => {
    const error = await rustioFailureOf((async () => app.service('testClock'))());
    assert.is(error.code, 'RIO-PLUGIN-HOOK');
    assert.match(error.parts.problem, /"moody".*no battery/);
    works = true;
    assert.is(app.service('testClock').now(), 'noon');
  });
});
