import type { App } from '../../../core/app.ts';
import { notFound } from '../../../core/errors/http.ts';
import type { Context } from '../../../core/request/context.ts';
import { toNetwork } from '../../auth/hashing-queue.ts';
import { perNetwork, tooManyAttempts } from '../../sessions/attempts.ts';
import type { SignInMethod } from '../../sessions/extension-points.ts';
import { nextOf, showSignIn } from '../../sessions/sign-in-pages.ts';
import { isOff } from '../options.ts';
import { browserSecret, rememberBrowser } from './browser.ts';
import { type RelyingParty, relyingParty } from './relying-party.ts';
import { signInOptions } from './request-options.ts';
import { signInWithPasskey } from './sign-in.ts';
import { passkeyButton, type WithPasskeyButton } from './views.ts';

/** Declared as a type, because it passes through an extension point. */
type SignInView = { readonly action: string } & WithPasskeyButton;

declare module '../../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/passkey-sign-in': SignInView & { readonly next: string };
  }
}

const PAGE = '/login/passkey';
const CHALLENGE = '/login/passkey/challenge';

/** The button on the sign-in page. */
export const passkeySignIn: SignInMethod = {
  name: 'passkey',
  view: 'mfa/passkey-sign-in',
  data: (ctx, app): SignInView | undefined =>
    partyForSignIn(app) && {
      action: app.urls.to(PAGE),
      button: passkeyButton(ctx, app, { url: CHALLENGE, label: 'mfa.passkeys.signIn' }),
    },
};

/** Undefined if nobody can sign in with a passkey. */
function partyForSignIn(app: App): RelyingParty | undefined {
  return isOff(app.options('mfa')) ? undefined : relyingParty(app);
}

/** POST /login/passkey/challenge */
export async function signInChallenge(ctx: Context, app: App): Promise<void> {
  const party = partyForSignIn(app);
  if (!party) throw notFound();
  const browser = rememberBrowser(ctx, app);
  // Everyone can request challenges, which are stored: a flood from one network must not hold every connection.
  const network = toNetwork(ctx.state.ip);
  const options = await perNetwork.run(() => signInOptions(app, party, { browser, network }), { key: network });
  if (options === undefined) {
    const { key, params } = tooManyAttempts(ctx, { retryAfter: 60 });
    ctx.body = { problem: ctx.state.t(key, params) };
  } else ctx.body = options;
}

/** POST /login/passkey */
export async function passkeySignInForm(ctx: Context, app: App): Promise<void> {
  const party = partyForSignIn(app);
  if (!party) throw notFound();
  const { form } = ctx.state;
  const next = nextOf(app, form?.get('next'));
  const result = await signInWithPasskey(ctx, app, {
    party,
    sent: form?.get('passkey'),
    browser: browserSecret(ctx, app),
    next,
  });
  switch (result.outcome) {
    case 'rejected':
      ctx.status = 401;
      return showSignIn(ctx, app, { next, email: '', problem: { key: 'mfa.passkeys.signIn.rejected' } });
    case 'refused':
      ctx.status = 403;
      return showSignIn(ctx, app, { next, email: '', problem: { key: result.message } });
    case 'throttled':
      return showSignIn(ctx, app, { next, email: '', problem: tooManyAttempts(ctx, result) });
    case 'done':
      return; // completeSignIn has already set the redirect
  }
}
