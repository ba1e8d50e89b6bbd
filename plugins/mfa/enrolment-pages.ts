import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { nextOf, signedInUser } from '../sessions/sign-in-pages.ts';
import { enrol, enrolmentSecret } from './enrolment.ts';
import { hasTotp } from './factors.ts';
import { rulesOf } from './options.ts';
import { relyingParty } from './passkeys/relying-party.ts';
import { ENROLMENT_PAGE, NEW_PASSKEY_PAGE } from './policy.ts';
import { showCodesOnce, takeShownCodes } from './shown-codes.ts';
import { enrolmentUri, qrCode } from './totp.ts';

interface EnrolmentView extends PageData {
  readonly action: string;
  readonly next: string;
  readonly problem?: Issue;
  /** Whether the user has to set up a factor before they can see any other page. */
  readonly isRequired: boolean;
  /** The page for a new passkey, if one can be added. */
  readonly newPasskeyUrl?: string;
  /** Undefined if the project has no secret keys. */
  readonly secret?: { readonly groups: string; readonly uri: string };
  readonly qrHtml?: string;
}
interface CodesView extends PageData {
  readonly crumb: { readonly url: string; readonly label: string };
  /** Undefined if they have already been shown. */
  readonly codes?: readonly string[];
  /** The codes as a file, without a script. */
  readonly file?: string;
  readonly next: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/enrol': EnrolmentView;
    'mfa/codes': CodesView;
  }
}

export const CODES_PAGE = '/account/mfa/+codes';

/** GET /account/mfa/+enrol */
export async function enrolmentPage(ctx: Context, app: App): Promise<void> {
  const user = enrollableUser(ctx, app);
  const requested = new URLSearchParams(ctx.querystring).get('next');
  // Users who came from the sign-in go on to the start page.
  const next = nextPage(app, requested ?? (isDue(ctx) ? app.urls.to('/') : undefined));
  if (await hasTotp(app.readingFor(user), user.id)) seeOther(ctx, next);
  else await show(ctx, app, user, next);
}

/** POST /account/mfa/+enrol: proves that the app has the secret, and shows the backup codes on the next page. */
export async function enrolmentForm(ctx: Context, app: App): Promise<void> {
  const user = enrollableUser(ctx, app);
  const next = nextPage(app, ctx.state.form?.get('next'));
  const result = await enrol(ctx, app, user, ctx.state.form?.get('code') ?? '');
  switch (result.outcome) {
    case 'rejected':
    case 'expired':
      ctx.status = 422;
      return show(ctx, app, user, next, { key: `mfa.enrol.${result.outcome}` });
    case 'exists':
      return seeOther(ctx, next);
    case 'missing':
      return seeOther(ctx, app.urls.to('/login', { next }));
    case 'done':
      showCodesOnce(ctx, app, result.codes);
      seeOther(ctx, app.urls.to(CODES_PAGE, { next }));
  }
}

/** GET /account/mfa/+codes */
export function codesPage(ctx: Context, app: App): void {
  const { t } = ctx.state;
  const codes = takeShownCodes(ctx, app);
  app.views.page(ctx, 'mfa/codes', {
    title: t('mfa.codes.title'),
    crumb: { url: app.urls.to('/account/mfa'), label: t('mfa.title') },
    next: nextPage(app, new URLSearchParams(ctx.querystring).get('next')),
    ...(codes && {
      codes,
      file: `data:text/plain;charset=utf-8,${encodeURIComponent(`${app.config.name} – ${signedInUser(ctx).name}\n\n${codes.join('\n')}\n`)}`,
    }),
  });
}

/** The user, if a second factor is offered to their role. */
export function enrollableUser(ctx: Context, app: App): UserActor {
  const user = signedInUser(ctx);
  if (rulesOf(app.options('mfa'), user.role).policy === 'off') throw notFound();
  return user;
}

/** Whether the user has to set up a factor before they can see any other page. */
function isDue({ state: { session } }: Context): boolean {
  return session?.columns.mfa === 'due';
}

/** The page to open next; by default that of the second factor. Not a page of the enrolment itself. */
function nextPage(app: App, requested: string | null | undefined): string {
  const next = requested ? nextOf(app, requested) : app.urls.to('/account/mfa');
  return next.startsWith(app.urls.to('/account/mfa/')) ? app.urls.to('/account/mfa') : next;
}

async function show(ctx: Context, app: App, user: UserActor, next: string, problem?: Issue): Promise<void> {
  const secret = await enrolmentSecret(ctx, app, user);
  const uri = secret && (await enrolmentUri(secret, { issuer: app.config.name, account: user.name }));
  app.views.page(ctx, 'mfa/enrol', {
    frame: 'bare',
    title: ctx.state.t('mfa.enrol.title'),
    action: app.urls.to(ENROLMENT_PAGE),
    next,
    isRequired: isDue(ctx),
    ...(relyingParty(app) && { newPasskeyUrl: app.urls.to(NEW_PASSKEY_PAGE) }),
    ...(secret && uri && { secret: { groups: inGroups(secret), uri }, qrHtml: await qrCode(uri) }),
    ...(problem && { problem }),
  });
}

/** A secret as people type it: `JBSW Y3DP EHPK 3PXP`. */
function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ');
}
