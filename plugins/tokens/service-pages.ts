import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { flash } from '../../core/http/flash.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Problem } from '../../core/model/issue.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { createUser, unknownRole } from '../auth/create-user.ts';
import { User } from '../auth/models.ts';
import { hasAtLeastRole, isRole, ROLES } from '../auth/roles.ts';
import type { TokenPageHead } from './views.ts';

interface ServiceView extends TokenPageHead {
  readonly action: string;
  readonly email: string;
  readonly displayName: string;
  readonly roles: readonly { readonly value: string; readonly label: string; readonly selected: boolean }[];
  readonly problems: Readonly<Record<string, string>>;
  readonly rejected: readonly string[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'tokens/new-service': ServiceView;
  }
}

const FIELDS: readonly string[] = ['email', 'displayName', 'role'];

/** GET /service-accounts/+new */
export function newServicePage(ctx: Context, app: App): void {
  showForm(ctx, app, takeInterruptedForm(ctx), []);
}

function showForm(ctx: Context, app: App, form: Form | undefined, problems: readonly Problem[]): void {
  const { t, actor } = ctx.state;
  const model = app.models.of(User);
  const hasList = app.optionalService('recordPages')?.has(model) === true;
  const role = form?.get('role') ?? 'staff';
  const textOf = ({ issue }: Problem) => t(issue.key, issue.params);
  const isAtField = ({ field }: Problem) => field !== undefined && FIELDS.includes(field);
  app.views.page(ctx, 'tokens/new-service', {
    title: t('tokens.service.new'),
    crumbs: hasList ? [{ url: app.urls.list(model), label: capitalised(modelPlural(t, model)) }] : [],
    action: app.urls.to('/service-accounts/+new'),
    email: form?.get('email') ?? '',
    displayName: form?.get('displayName') ?? '',
    roles: ROLES.filter((each) => actor.kind === 'user' && hasAtLeastRole(actor.role, each)).map((value) => ({
      value,
      label: t(`auth.role.${value}`),
      selected: value === role,
    })),
    problems: Object.fromEntries(problems.filter(isAtField).map((problem) => [problem.field, textOf(problem)])),
    rejected: problems.filter((problem) => !isAtField(problem)).map(textOf),
  });
}

/** POST /service-accounts/+new: leads to the page on which its tokens are created. */
export async function newServiceForm(ctx: Context, app: App): Promise<void> {
  const { form, actor } = ctx.state;
  const role = form?.get('role') ?? '';
  if (!isRole(role)) {
    ctx.status = 422;
    return showForm(ctx, app, form, [{ field: 'role', issue: unknownRole(role) }]);
  }
  const user = {
    email: form?.get('email') ?? '',
    displayName: form?.get('displayName') ?? null,
    role,
    service: true,
  };
  const outcome = await app.writingFor(actor).transaction((tx) => createUser(tx, auditContext(ctx), app.events, user));
  switch (outcome.outcome) {
    case 'done':
      flash(ctx, app, { tone: 'good', key: 'tokens.service.created', params: { account: outcome.email } });
      seeOther(ctx, app.urls.to(`/user-tokens/${outcome.id}`));
      return;
    case 'missing':
      throw notFound();
    default:
      ctx.status = 422;
      showForm(
        ctx,
        app,
        form,
        outcome.outcome === 'invalid' ? outcome.problems : [{ field: '', issue: outcome.issue }],
      );
  }
}
