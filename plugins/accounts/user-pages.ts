import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { formatterFor } from '../../core/view/formatter.ts';
import { type Account, findAccountById, lockAccount, parseId } from '../auth/account.ts';
import { linkValidUntil } from '../auth/account-links.ts';
import { crossRankIssue, roleCeilingIssue } from '../auth/authority-guards.ts';
import { changeRole, eraseAccount, setActive } from '../auth/change-account.ts';
import { unknownRole } from '../auth/create-user.ts';
import { editAccount } from '../auth/edit-account.ts';
import { addToGroup, loadGroups, removeFromGroup } from '../auth/group-members.ts';
import { listGroups } from '../auth/groups.ts';
import { User } from '../auth/models.ts';
import { invalid, type Outcome, rejected } from '../auth/outcome.ts';
import { isAdministrative, isRole } from '../auth/roles.ts';
import { changeUserGrants, permissionSources } from '../auth/user-permissions.ts';
import { canSendMail } from '../mail/send.ts';
import { takeShownOnce } from '../sessions/shown-once.ts';
import { groupsField, passwordShown, roleField } from './account-fields.ts';
import {
  afterRule,
  type Entered,
  type FormRule,
  type FormView,
  interrupted,
  type SecretView,
  showForms,
  withEntered,
} from './forms.ts';
import { sendInvitation, withdrawInvitation } from './invitation.ts';
import { matrixChange, permissionMatrix } from './permission-matrix.ts';
import { RolledBack, runRule } from './run-rule.ts';
import { editIn, isUntouched, tickedSince } from './shown-values.ts';

/** GET /accounts/:id, and GET /accounts/:id/:form with a form that was interrupted */
export async function userPage(ctx: Context, app: App): Promise<void> {
  const name = ctx.state.params.form ?? '';
  if (name !== '' && !Object.hasOwn(RULES, name)) throw notFound();
  const id = idOf(ctx);
  const password = takeShownOnce(ctx, app, id);
  await showUser(ctx, app, id, {
    entered: interrupted(ctx, name),
    ...(password !== undefined && { secret: passwordShown(ctx, password) }),
  });
}

function idOf({ state: { params } }: Context): number {
  const id = parseId(params.id);
  if (id === undefined) throw notFound();
  return id;
}

interface UserRequest {
  readonly ctx: Context;
  readonly app: App;
  readonly id: number;
}

/** The forms of the page, by name, with the rule that each calls. */
const RULES: Readonly<Record<string, FormRule<UserRequest>>> = {
  profile: (tx, context, { ctx, app, id }) =>
    editAccount(tx, context, app.events, id, editIn(ctx.state.form, ['email', 'displayName'])),
  role(tx, context, { ctx, app, id }) {
    const { form } = ctx.state;
    if (form && isUntouched(form, 'role')) return Promise.resolve({ outcome: 'done' });
    const role = form?.get('role');
    if (isRole(role)) return changeRole(tx, context, app.events, id, role);
    return Promise.resolve(invalid('role', unknownRole(role ?? '')));
  },
  activate: (tx, context, { app, id }) => setActive(tx, context, app.events, id, true),
  deactivate: (tx, context, { app, id }) => setActive(tx, context, app.events, id, false),
  groups: saveGroups,
  async permissions(tx, context, { ctx, app, id }) {
    return changeUserGrants(tx, context, app, id, matrixChange(ctx, app, await permissionSources(tx, id)));
  },
  invite: (tx, context, { app, id }) => sendInvitation(tx, context, app, id),
  withdraw: (tx, context, { app, id }) => withdrawInvitation(tx, context, app, id),
  async erase(tx, context, { ctx, app, id }) {
    const account = await lockAccount(tx, id);
    if (account && ctx.state.form?.get('confirm') !== account.email) return rejected('accounts.erase.mismatch');
    return eraseAccount(tx, context, app.events, id);
  },
};

/** Adds the user to the groups that were ticked and removes them from those that were unticked: all or none. */
async function saveGroups(...[tx, context, { ctx, app, id }]: Parameters<FormRule<UserRequest>>): Promise<Outcome> {
  const { form } = ctx.state;
  const changes = form && tickedSince(form, 'group');
  await lockAccount(tx, id);
  const current = new Set(await loadGroups(tx, id));
  // fault: groups-of-others-removed
  const requested = changes ? current.union(new Set(changes.added)) : new Set(form?.all('group') ?? []);
  for (const group of changes?.removed ?? []) requested.delete(group);
  for (const group of requested.symmetricDifference(current)) {
    const change = requested.has(group) ? addToGroup : removeFromGroup;
    const outcome = await change(tx, context, app, group, id);
    if (outcome.outcome !== 'done') throw new RolledBack(outcome);
  }
  return { outcome: 'done' };
}

/** The messages of forms that report something other than saved changes. */
const DONE: ReadonlyMap<string, string> = new Map([
  ['invite', 'accounts.invitation.sent'],
  ['withdraw', 'accounts.invitation.withdrawn'],
  ['erase', 'accounts.erased'],
  ['activate', 'accounts.activated'],
  ['deactivate', 'accounts.deactivated'],
]);

/** POST /accounts/:id/:form */
export async function userForm(ctx: Context, app: App): Promise<void> {
  const id = idOf(ctx);
  const { form, params } = ctx.state;
  const name = params.form ?? '';
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (!rule || (name === 'invite' && !canSendMail(app))) throw notFound();
  const outcome = await runRule(app, ctx.state.actor, (tx) => rule(tx, auditContext(ctx), { ctx, app, id }));
  const key = DONE.get(name) ?? 'accounts.saved';
  const problems = afterRule(ctx, app, outcome, { path: `/accounts/${id}`, key });
  if (problems) await showUser(ctx, app, id, { entered: { name, form, problems } });
}

/** Shows the page of a user. */
export async function showUser(
  ctx: Context,
  app: App,
  id: number,
  { entered, secret }: { readonly entered?: Entered | undefined; readonly secret?: SecretView } = {},
): Promise<void> {
  const model = app.models.of(User);
  const account = await findAccountById(app.database, id);
  const record = account && (await app.records.find(ctx.state.actor, model, String(id)));
  if (!account || !record) throw notFound();
  const forms = await userForms(ctx, app, account);
  const shown = forms.map((form) => withEntered(ctx, form, entered));
  showForms(ctx, app, { model, record, tab: 'manage', forms: shown, secret });
}

/** The forms that the actor can submit for this account. The rules check this again. */
async function userForms(ctx: Context, app: App, account: Account): Promise<readonly FormView[]> {
  const { t, actor } = ctx.state;
  const own = actor.kind === 'user' && actor.id === account.id;
  const issue = account.erased ? { key: 'auth.rejected.erased' } : crossRankIssue(actor, account);
  const form = (name: string, view: Omit<FormView, 'name' | 'action'>): FormView => ({
    name,
    action: app.urls.to(`/accounts/${account.id}/${name}`),
    ...view,
  });
  const held = await permissionSources(app.database, account.id);
  const permissions = form('permissions', {
    title: t('accounts.permissions'),
    help: isAdministrative(account.role) ? t('accounts.permissions.all') : t('accounts.permissions.help'),
    fields: [],
    matrix: permissionMatrix(ctx, app, held, { withSources: true }),
    button: t('accounts.save'),
  });
  const invitation = (await invitationForms(ctx, app, account)).map(({ name, ...view }) => form(name, view));
  if (issue || own)
    return [
      ...invitation,
      form('none', {
        title: t('accounts.manage'),
        help: t(issue?.key ?? 'accounts.own'),
        ...(own && !issue && { link: { url: app.urls.to('/account/profile'), label: t('accounts.profile') } }),
        fields: [],
        button: '',
      }),
    ];
  const groups = groupsField(ctx, await listGroups(app.database), await loadGroups(app.database, account.id));
  const save = t('accounts.save');
  const email = account.service ? t('accounts.serviceAddress') : t('accounts.email');
  return [
    ...invitation,
    form('profile', {
      title: t('accounts.details'),
      ...(account.service && { help: t('accounts.service') }),
      fields: [
        { name: 'email', label: email, type: 'email', value: account.email, required: true },
        { name: 'displayName', label: t('accounts.name'), type: 'text', value: account.displayName ?? '' },
      ],
      button: save,
    }),
    form('role', { title: t('accounts.role'), fields: [roleField(ctx, account.role)], button: save }),
    form('groups', {
      title: t('accounts.groups'),
      ...(groups.length === 0 && { help: t('accounts.groups.none') }),
      fields: groups,
      button: groups.length === 0 ? '' : save,
    }),
    permissions,
    account.active
      ? form('deactivate', {
          title: t('accounts.deactivate'),
          help: t('accounts.deactivate.help'),
          fields: [],
          button: t('accounts.deactivate'),
          tone: 'bad',
        })
      : form('activate', {
          title: t('accounts.activate'),
          help: t('accounts.activate.help'),
          fields: [],
          button: t('accounts.activate'),
        }),
    form('erase', {
      title: t('accounts.erase'),
      help: t('accounts.erase.help', { pseudonym: `erased-${account.id}@erased.invalid` }),
      fields: [{ name: 'confirm', label: t('accounts.erase.confirm'), type: 'email', required: true }],
      button: t('accounts.erase'),
      tone: 'bad',
    }),
  ];
}

/** The state of an invitation, and the forms that send and withdraw it. Empty for an account with a password. */
async function invitationForms(ctx: Context, app: App, account: Account): Promise<readonly Omit<FormView, 'action'>[]> {
  const { t, actor } = ctx.state;
  if (account.hasPassword || account.service || account.erased || !canSendMail(app)) return [];
  if (roleCeilingIssue(actor, account.role)) return [];
  const until = await linkValidUntil(app.database, account.id, 'invitation');
  if (until === null && !account.active) return [];
  const title = t('accounts.invitation');
  if (until === null) {
    const help = t('accounts.invitation.none');
    return [{ name: 'invite', title, help, fields: [], button: t('accounts.invitation.send') }];
  }
  const help = t('accounts.invitation.pending', { until: formatterFor(ctx).timestamp(until) });
  return [
    { name: 'invite', title, help, fields: [], button: t('accounts.invitation.resend') },
    {
      name: 'withdraw',
      title: t('accounts.invitation.withdraw'),
      help: t('accounts.invitation.withdrawHelp'),
      fields: [],
      button: t('accounts.invitation.withdraw'),
      tone: 'bad',
    },
  ];
}
