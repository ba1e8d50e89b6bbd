import { type App, auditContext, type Context, definePlugin, seeOther } from 'rustio-admin/plugin';
import { completeSignIn, recordFailedSignIn } from 'rustio-admin/sessions';
import { forgetChallenges, newChallenge, ownerOf } from './keys.ts';

const OPEN = { access: { open: true } } as const;

/** Sign-in with a key instead of a password, as a passkey does it: the server sends a challenge, the key signs it. */
export const keySignIn = definePlugin({
  name: 'key-sign-in',
  api: 1,
  description: 'Sign-in with a key.',
  requires: ['auth', 'sessions'],
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('./templates/', import.meta.url),
  messages: { en: { 'key-sign-in.use': 'Use a key', 'key-sign-in.failed': 'That key was not accepted.' } },
  contributes: {
    'signIn.methods': [
      { name: 'key', view: 'key-sign-in/method', data: (_ctx, app) => ({ startUrl: app.urls.to('/+key') }) },
    ],
  },
  schedule: [
    {
      name: 'forget-challenges',
      every: '5 minutes',
      run: (app) => forgetChallenges(app.database),
    },
  ],
  routes(routes) {
    routes.get('/+key', OPEN, keyPage);
    routes.post('/+key', { ...OPEN, csrf: 'origin', responses: [401] }, keyForm);
  },
});

async function keyPage(ctx: Context, app: App): Promise<void> {
  const next = new URLSearchParams(ctx.querystring).get('next') ?? '';
  await show(ctx, app, next);
}

async function keyForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const email = form?.get('email') ?? '';
  const next = form?.get('next');
  const signedIn = await app.database.transaction(async (tx) => {
    const challenge = form?.get('challenge') ?? '';
    const signature = form?.get('signature') ?? '';
    const userId = await ownerOf(tx, { email, challenge, signature });
    if (
      userId !== undefined &&
      (await completeSignIn(ctx, app, tx, { userId, method: 'key', trust: 'mfa_verified', next }))
    )
      return true;
    await recordFailedSignIn(tx, auditContext(ctx), app, { email, method: 'key', reason: 'signature' });
    return false;
  });
  if (signedIn) return;
  ctx.status = 401;
  await show(ctx, app, next ?? '', 'key-sign-in.failed');
}

async function show(ctx: Context, app: App, next: string, problem?: string): Promise<void> {
  if (ctx.state.actor.kind === 'user') return seeOther(ctx, app.urls.to('/'));
  app.views.page(ctx, 'key-sign-in/page', {
    frame: 'bare',
    title: ctx.state.t('key-sign-in.use'),
    action: app.urls.to('/+key'),
    challenge: await newChallenge(app.database),
    next,
    problem,
  });
}
