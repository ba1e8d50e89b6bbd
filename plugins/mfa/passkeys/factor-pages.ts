import type { App } from '../../../core/app.ts';
import { notFound } from '../../../core/errors/http.ts';
import { seeOther } from '../../../core/http/redirect.ts';
import type { Context } from '../../../core/request/context.ts';
import { tooManyAttempts } from '../../sessions/attempts.ts';
import { signedInUser } from '../../sessions/sign-in-pages.ts';
import { isPending } from '../policy.ts';
import { verifyFactor } from '../verify.ts';
import { nextPage, showVerification } from '../verify-pages.ts';
import type { Purpose } from './challenge.ts';
import { canUsePasskey, provesPasskey } from './prove.ts';
import { relyingParty } from './relying-party.ts';
import { factorOptions } from './request-options.ts';

/** POST /mfa/passkey */
export async function secondFactorForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const next = nextPage(app, form?.get('next'));
  if (!isPending(ctx, app)) return seeOther(ctx, next);
  const user = signedInUser(ctx);
  const result = await verifyFactor(ctx, app, user, async (tx, context) => {
    const proof = { user, sent: form?.get('passkey'), purpose: 'second_factor' } as const;
    return (await provesPasskey(tx, context, app, proof)) ? 'passkey' : undefined;
  });
  switch (result.outcome) {
    case 'rejected':
      ctx.status = 401;
      return showVerification(ctx, app, next, { key: 'mfa.passkeys.rejected' });
    case 'throttled':
      return showVerification(ctx, app, next, tooManyAttempts(ctx, result));
    case 'missing':
      return seeOther(ctx, app.urls.to('/login', { next }));
    case 'done':
      seeOther(ctx, next);
  }
}

/** POST /mfa/passkey/challenge */
export function secondFactorChallenge(ctx: Context, app: App): Promise<void> {
  return challengeFor(ctx, app, 'second_factor');
}

/** POST /reauth/passkey/challenge */
export function reauthenticationChallenge(ctx: Context, app: App): Promise<void> {
  return challengeFor(ctx, app, 'reauthentication');
}

async function challengeFor(
  ctx: Context,
  app: App,
  purpose: Extract<Purpose, 'second_factor' | 'reauthentication'>,
): Promise<void> {
  const { session } = ctx.state;
  const user = signedInUser(ctx);
  const party = relyingParty(app);
  if (!party || !session || !(await canUsePasskey(app.database, app, user.id))) throw notFound();
  ctx.body = await factorOptions(app, party, user, { purpose, holder: { session: session.id } });
}
