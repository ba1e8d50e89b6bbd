import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { findAccountByEmail, parseId } from '../auth/account.ts';
import { loadGrants } from '../auth/grants.ts';
import { addToGroup, loadMembers, removeFromGroup } from '../auth/group-members.ts';
import { changeGroupGrants, createGroup, deleteGroup, editGroup, findGroup } from '../auth/groups.ts';
import { Group } from '../auth/models.ts';
import { invalid } from '../auth/outcome.ts';
import {
  afterRule,
  type Entered,
  type FormRule,
  type FormView,
  interrupted,
  listCrumb,
  showForms,
  withEntered,
} from './forms.ts';
import { matrixChange, permissionMatrix } from './permission-matrix.ts';
import { RolledBack, runRule } from './run-rule.ts';
import { isUntouched } from './shown-values.ts';

/** GET /account-groups/+new */
export function newGroupPage(ctx: Context, app: App): void {
  showNewGroup(ctx, app, interrupted(ctx, 'details'));
}

function showNewGroup(ctx: Context, app: App, shown?: Entered): void {
  const { t } = ctx.state;
  const model = app.models.of(Group);
  const form = detailsForm(ctx, app.urls.to('/account-groups/+new'), { name: '', description: null });
  app.views.page(ctx, 'accounts/page', {
    title: t('accounts.newGroup'),
    crumb: listCrumb(ctx, app, model),
    forms: [withEntered(ctx, form, shown)],
  });
}

/** POST /account-groups/+new */
export async function newGroupForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const group = entered(ctx);
  const outcome = await runRule(app, ctx.state.actor, (tx) => createGroup(tx, auditContext(ctx), app, group));
  const path = outcome.outcome === 'done' ? `/account-groups/${outcome.id}` : '';
  const problems = afterRule(ctx, app, outcome, { path, key: 'accounts.created', params: { label: group.name } });
  if (problems) showNewGroup(ctx, app, { name: 'details', form, problems });
}

function entered({ state: { form } }: Context): { readonly name: string; readonly description: string | null } {
  return { name: form?.get('name')?.trim() ?? '', description: form?.get('description')?.trim() || null };
}

function detailsForm(
  { state: { t } }: Context,
  action: string,
  { name, description }: { readonly name: string; readonly description: string | null },
): FormView {
  return {
    name: 'details',
    title: t('accounts.details'),
    action,
    fields: [
      { name: 'name', label: t('accounts.name'), type: 'text', value: name, required: true },
      { name: 'description', label: t('accounts.description'), type: 'text', value: description ?? '' },
    ],
    button: t('accounts.save'),
  };
}

/** GET /account-groups/:id, and GET /account-groups/:id/:form with a form that was interrupted */
export async function groupPage(ctx: Context, app: App): Promise<void> {
  const name = ctx.state.params.form ?? '';
  if (name !== '' && !Object.hasOwn(RULES, name)) throw notFound();
  await showGroup(ctx, app, await groupOr404(ctx, app), interrupted(ctx, name));
}

type FoundGroup = NonNullable<Awaited<ReturnType<typeof findGroup>>>;

async function groupOr404({ state: { params } }: Context, app: App): Promise<FoundGroup> {
  const id = parseId(params.id);
  const group = id === undefined ? null : await findGroup(app.database, id);
  if (!group) throw notFound();
  return group;
}

const RULES: Readonly<
  Record<string, FormRule<{ readonly ctx: Context; readonly app: App; readonly group: FoundGroup }>>
> = {
  details(tx, context, { ctx, app, group }) {
    const { form } = ctx.state;
    const { name, description } = entered(ctx);
    const isKept = (field: string) => form !== undefined && isUntouched(form, field);
    return editGroup(tx, context, app, group.name, {
      ...(!isKept('name') && { name }),
      ...(!isKept('description') && { description }),
    });
  },
  async permissions(tx, context, { ctx, app, group }) {
    return changeGroupGrants(tx, context, app, group.name, matrixChange(ctx, app, await held(tx, group.id)));
  },
  async add(tx, context, { ctx, app, group }) {
    const account = await findAccountByEmail(tx, ctx.state.form?.get('email') ?? '');
    return account
      ? addToGroup(tx, context, app, group.name, account.id)
      : invalid('email', { key: 'accounts.unknownUser' });
  },
  async remove(tx, context, { ctx, app, group }) {
    for (const member of ctx.state.form?.all('member') ?? []) {
      const outcome = await removeFromGroup(tx, context, app, group.name, parseId(member) ?? 0);
      if (outcome.outcome !== 'done') throw new RolledBack(outcome);
    }
    return { outcome: 'done' };
  },
  delete: (tx, context, { app, group }) => deleteGroup(tx, context, app, group.name),
};

async function held(query: Parameters<typeof loadGrants>[0], id: number) {
  return (await loadGrants(query, { kind: 'group', id })).map((grant) => ({ ...grant, group: null }));
}

/** POST /account-groups/:id/:form */
export async function groupForm(ctx: Context, app: App): Promise<void> {
  const { form, params } = ctx.state;
  const name = params.form ?? '';
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (!rule) throw notFound();
  const group = await groupOr404(ctx, app);
  const outcome = await runRule(app, ctx.state.actor, (tx) => rule(tx, auditContext(ctx), { ctx, app, group }));
  const home = app.optionalService('recordPages') ? `/${app.models.of(Group).slug}` : '/account';
  const path = name === 'delete' ? home : `/account-groups/${group.id}`;
  const problems = afterRule(ctx, app, outcome, {
    path,
    key: name === 'delete' ? 'accounts.deleted' : 'accounts.saved',
  });
  if (problems) await showGroup(ctx, app, group, { name, form, problems });
}

async function showGroup(ctx: Context, app: App, group: FoundGroup, entered?: Entered): Promise<void> {
  const { t, actor } = ctx.state;
  const model = app.models.of(Group);
  const record = await app.records.find(actor, model, String(group.id));
  if (!record) throw notFound();
  const form = (name: string, view: Omit<FormView, 'name' | 'action'>): FormView => ({
    name,
    action: app.urls.to(`/account-groups/${group.id}/${name}`),
    ...view,
  });
  const members = await loadMembers(app.database, group.id);
  const boxes = members.map(({ id, email }) => ({ value: String(id), label: email, checked: false }));
  const forms: readonly FormView[] = [
    detailsForm(ctx, app.urls.to(`/account-groups/${group.id}/details`), group),
    form('permissions', {
      title: t('accounts.permissions'),
      fields: [],
      matrix: permissionMatrix(ctx, app, await held(app.database, group.id), { withSources: false }),
      button: t('accounts.save'),
    }),
    form('add', {
      title: t('accounts.members.add'),
      fields: [{ name: 'email', label: t('accounts.email'), type: 'email', required: true }],
      button: t('accounts.members.add'),
    }),
    ...(boxes.length === 0
      ? []
      : [
          form('remove', {
            title: t('accounts.members'),
            fields: [{ name: 'member', label: t('accounts.members'), type: 'boxes', options: boxes }],
            button: t('accounts.members.remove'),
          }),
        ]),
    form('delete', {
      title: t('accounts.deleteGroup'),
      help: t('accounts.deleteGroup.help', { n: members.length }),
      fields: [],
      button: t('accounts.deleteGroup'),
      tone: 'bad',
      confirm: t('accounts.deleteGroup.confirm', { label: group.name }),
    }),
  ];
  const shown = forms.map((each) => withEntered(ctx, each, entered));
  showForms(ctx, app, { model, record, tab: 'manage-group', forms: shown });
}
