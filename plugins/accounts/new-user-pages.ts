import type { App } from '../../core/app.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { createUser, type NewUser, unknownRole } from '../auth/create-user.ts';
import { listGroups } from '../auth/groups.ts';
import { User } from '../auth/models.ts';
import { invalid, type Outcome } from '../auth/outcome.ts';
import { preparePassword } from '../auth/password-hash.ts';
import { generatePassword } from '../auth/password-policy.ts';
import { isRole } from '../auth/roles.ts';
import { canSendMail } from '../mail/send.ts';
import { showOnce } from '../sessions/shown-once.ts';
import { groupsField, passwordShown, roleField } from './account-fields.ts';
import {
  afterRule,
  type Entered,
  type FieldView,
  type FormView,
  interrupted,
  listCrumb,
  withEntered,
} from './forms.ts';
import { inviteUser } from './invitation.ts';
import { runRule } from './run-rule.ts';
import { showUser } from './user-pages.ts';

/** GET /accounts/+new and GET /accounts/+invite: the same page, each for a form of its own that was interrupted */
export async function newUserPage(ctx: Context, app: App): Promise<void> {
  const name = ctx.path === app.urls.to('/accounts/+invite') ? 'invite' : 'new';
  await showNewUser(ctx, app, interrupted(ctx, name));
}

/** Shows the form that invites a user, if emails can be sent, and the one that creates a user with a password. */
async function showNewUser(ctx: Context, app: App, entered?: Entered): Promise<void> {
  const { t } = ctx.state;
  const details: readonly FieldView[] = [
    { name: 'email', label: t('accounts.email'), type: 'email', required: true },
    { name: 'displayName', label: t('accounts.name'), type: 'text' },
    roleField(ctx, 'staff'),
  ];
  const invite: FormView = {
    name: 'invite',
    title: t('accounts.invite'),
    help: t('accounts.invite.help', { days: app.options('accounts').invitationDays }),
    action: app.urls.to('/accounts/+invite'),
    fields: [...details, ...groupsField(ctx, await listGroups(app.database), [])],
    button: t('accounts.invitation.send'),
  };
  const create: FormView = {
    name: 'new',
    title: canSendMail(app) ? t('accounts.createWithPassword') : t('accounts.details'),
    action: app.urls.to('/accounts/+new'),
    fields: [
      ...details,
      {
        name: 'password',
        label: t('accounts.password'),
        type: 'password',
        autocomplete: 'new-password',
        help: t('accounts.password.generated'),
      },
    ],
    button: t('accounts.create'),
  };
  const forms = canSendMail(app) ? [invite, create] : [create];
  app.views.page(ctx, 'accounts/page', {
    title: t('accounts.new'),
    crumb: listCrumb(ctx, app, app.models.of(User)),
    forms: forms.map((form) => withEntered(ctx, form, entered)),
  });
}

/** POST /accounts/+new: the next page shows a generated password, once. The administrator knows it, so the user must change it. */
export async function newUserForm(ctx: Context, app: App): Promise<void> {
  const typed = ctx.state.form?.get('password') ?? '';
  const password = typed === '' ? generatePassword() : typed;
  const { role, ...details } = enteredDetails(ctx);
  const outcome = isRole(role)
    ? await createWith(ctx, app, { ...details, role }, password)
    : invalid('role', unknownRole(role));
  // Requests that are not authenticated with a session have no next page that could show it.
  // fault: generated-password-on-response
  if (outcome.outcome === 'done' && typed === '' && !showOnce(ctx, app, outcome.id, password)) {
    await showUser(ctx, app, outcome.id, { secret: passwordShown(ctx, password) });
    return;
  }
  await afterCreation(ctx, app, outcome, { form: 'new', key: 'accounts.created' });
}

async function createWith(ctx: Context, app: App, user: NewUser, text: string): ReturnType<typeof createUser> {
  const password = await preparePassword(text, ctx.state.ip);
  return runRule(app, ctx.state.actor, (tx) =>
    createUser(tx, auditContext(ctx), app.events, { ...user, password, temporary: true }),
  );
}

/** POST /accounts/+invite */
export async function inviteUserForm(ctx: Context, app: App): Promise<void> {
  const { role, ...details } = enteredDetails(ctx);
  const groups = ctx.state.form?.all('group') ?? [];
  const outcome = isRole(role)
    ? await runRule(app, ctx.state.actor, (tx) => inviteUser(tx, auditContext(ctx), app, { ...details, role, groups }))
    : invalid('role', unknownRole(role));
  await afterCreation(ctx, app, outcome, { form: 'invite', key: 'accounts.invited' });
}

function enteredDetails({ state: { form } }: Context) {
  return {
    email: form?.get('email') ?? '',
    displayName: form?.get('displayName') ?? null,
    role: form?.get('role') ?? '',
  };
}

async function afterCreation(
  ctx: Context,
  app: App,
  outcome: Outcome<{ readonly id: number }>,
  { form, key }: { readonly form: string; readonly key: string },
): Promise<void> {
  const path = outcome.outcome === 'done' ? `/accounts/${outcome.id}` : '/accounts/+new';
  const label = enteredDetails(ctx).email.trim();
  const problems = afterRule(ctx, app, outcome, { path, key, params: { label } });
  if (!problems) return;
  await showNewUser(ctx, app, { name: form, form: ctx.state.form, problems });
}
