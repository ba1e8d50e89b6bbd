import type { App } from '../../../core/app.ts';
import { notFound } from '../../../core/errors/http.ts';
import { flash } from '../../../core/http/flash.ts';
import { seeOther } from '../../../core/http/redirect.ts';
import type { Issue } from '../../../core/model/issue.ts';
import type { UserActor } from '../../../core/policy/actor.ts';
import type { Context } from '../../../core/request/context.ts';
import { deviceLabel } from '../../sessions/device-name.ts';
import { CODES_PAGE, enrollableUser } from '../enrolment-pages.ts';
import { NEW_PASSKEY_PAGE } from '../policy.ts';
import { showCodesOnce } from '../shown-codes.ts';
import { addOwnPasskey, removeOwnPasskey, renameOwnPasskey } from './own-passkeys.ts';
import { listPasskeys, MAX_NAME } from './passkey.ts';
import { type RelyingParty, relyingParty } from './relying-party.ts';
import { creationOptions } from './request-options.ts';
import { parseRegistration } from './response.ts';
import { momentsOf, type PasskeyButton, type PasskeysView, passkeyButton } from './views.ts';

interface HeadView {
  readonly title: string;
  readonly crumbs: readonly { readonly url: string; readonly label: string }[];
}
interface NameFieldView {
  readonly name: string;
  readonly maxName: number;
  readonly problem?: Issue | undefined;
}
interface NameView extends HeadView, NameFieldView {
  readonly action: string;
}

declare module '../../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/passkey-head': HeadView;
    'mfa/passkey-name': NameFieldView;
    /** Without `button`, no passkeys can be added. */
    'mfa/new-passkey': NameView & { readonly button?: PasskeyButton };
    'mfa/rename-passkey': NameView;
  }
}

const MFA_PAGE = '/account/mfa';
const CHALLENGE = `${NEW_PASSKEY_PAGE}/challenge`;

/** GET /account/mfa/passkeys/+new */
export function newPasskeyPage(ctx: Context, app: App): void {
  enrollableUser(ctx, app);
  showNew(ctx, app, deviceLabel(ctx.state.t, ctx.get('user-agent')));
}

/** POST /account/mfa/passkeys/+new/challenge */
export async function newPasskeyChallenge(ctx: Context, app: App): Promise<void> {
  const { session } = ctx.state;
  if (!session) throw notFound();
  ctx.body = await creationOptions(app, partyFor(app), enrollableUser(ctx, app), session.id);
}

/** POST /account/mfa/passkeys/+new */
export async function newPasskeyForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const user = enrollableUser(ctx, app);
  const party = partyFor(app);
  const name = form?.get('name') ?? '';
  const response = parseRegistration(form?.get('passkey'));
  const fail = (problem: Issue | undefined) => {
    ctx.status = 422;
    showNew(ctx, app, name, problem);
  };
  if (!response) return fail({ key: 'mfa.passkeys.problem.rejected' });
  const added = await addOwnPasskey(ctx, app, user, { party, name, response });
  switch (added.outcome) {
    case 'missing':
      throw notFound();
    case 'invalid':
      return fail(added.problems[0]?.issue);
    case 'rejected':
      return fail(added.issue);
    case 'done':
      flash(ctx, app, { tone: 'good', key: 'mfa.passkeys.added' });
      if (added.codes.length > 0) showCodesOnce(ctx, app, added.codes);
      seeOther(ctx, app.urls.to(added.codes.length > 0 ? CODES_PAGE : MFA_PAGE));
  }
}

/** GET /account/mfa/passkeys/:id */
export async function passkeyPage(ctx: Context, app: App): Promise<void> {
  const user = enrollableUser(ctx, app);
  const passkeys = await listPasskeys(app.readingFor(user), user.id);
  const passkey = passkeys.find(({ id }) => id === ctx.state.params.id);
  if (!passkey) throw notFound();
  showRename(ctx, app, passkey.name);
}

/** POST /account/mfa/passkeys/:id */
export async function renamePasskeyForm(ctx: Context, app: App): Promise<void> {
  const { form, params } = ctx.state;
  const name = form?.get('name') ?? '';
  const renamed = await renameOwnPasskey(ctx, app, enrollableUser(ctx, app), { id: params.id ?? '', name });
  switch (renamed.outcome) {
    case 'missing':
    case 'rejected':
      throw notFound();
    case 'invalid':
      ctx.status = 422;
      return showRename(ctx, app, name, renamed.problems[0]?.issue);
    case 'done':
      flash(ctx, app, { tone: 'good', key: 'mfa.passkeys.renamed' });
      seeOther(ctx, app.urls.to(MFA_PAGE));
  }
}

/** POST /account/mfa/passkeys/:id/remove */
export async function removePasskeyForm(ctx: Context, app: App): Promise<void> {
  const removed = await removeOwnPasskey(ctx, app, enrollableUser(ctx, app), ctx.state.params.id ?? '');
  if (removed.outcome === 'missing' || removed.outcome === 'invalid') throw notFound();
  if (removed.outcome === 'rejected') flash(ctx, app, { tone: 'bad', ...removed.issue });
  else flash(ctx, app, { tone: 'good', key: 'mfa.passkeys.removed' });
  seeOther(ctx, app.urls.to(MFA_PAGE));
}

/** The passkeys of a user, for the page of their second factor. */
export async function passkeysView(ctx: Context, app: App, user: UserActor): Promise<PasskeysView> {
  const moment = momentsOf(ctx);
  const passkeys = await listPasskeys(app.readingFor(user), user.id);
  return {
    passkeys: passkeys.map(({ id, name, backedUp, createdAt, lastUsedAt }) => ({
      name,
      backedUp,
      added: moment(createdAt),
      used: lastUsedAt === null ? undefined : moment(lastUsedAt),
      url: app.urls.to(`/account/mfa/passkeys/${id}`),
      removeUrl: app.urls.to(`/account/mfa/passkeys/${id}/remove`),
    })),
    newUrl: relyingParty(app) && app.urls.to(NEW_PASSKEY_PAGE),
  };
}

function partyFor(app: App): RelyingParty {
  const party = relyingParty(app);
  if (!party) throw notFound();
  return party;
}

function showNew(ctx: Context, app: App, name: string, problem?: Issue): void {
  app.views.page(ctx, 'mfa/new-passkey', {
    ...nameView(ctx, app, { title: 'mfa.passkeys.new', action: NEW_PASSKEY_PAGE, name, problem }),
    ...(relyingParty(app) && {
      button: passkeyButton(ctx, app, { url: CHALLENGE, label: 'mfa.passkeys.create', isNew: true }),
    }),
  });
}

function showRename(ctx: Context, app: App, name: string, problem?: Issue): void {
  const action = `/account/mfa/passkeys/${ctx.state.params.id}`;
  app.views.page(
    ctx,
    'mfa/rename-passkey',
    nameView(ctx, app, { title: 'mfa.passkeys.rename', action, name, problem }),
  );
}

function nameView(
  { state: { t } }: Context,
  { urls }: App,
  {
    title,
    action,
    name,
    problem,
  }: { readonly title: string; readonly action: string } & Pick<NameView, 'name' | 'problem'>,
): NameView {
  return {
    title: t(title),
    crumbs: [
      { url: urls.to('/account'), label: t('sessions.account.title') },
      { url: urls.to(MFA_PAGE), label: t('mfa.title') },
    ],
    action: urls.to(action),
    name,
    maxName: MAX_NAME,
    problem,
  };
}
