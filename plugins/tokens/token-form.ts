import { randomUUID } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { flash } from '../../core/http/flash.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Problem } from '../../core/model/issue.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { claimIdempotencyKey, releaseIdempotencyKey, rememberLocation } from '../../core/write/idempotency-key.ts';
import { permissionTable } from '../auth/permission-table.ts';
import { createToken } from './create-token.ts';
import { showCreated, type TokenPageHead } from './views.ts';
import './options.ts';

/** The account that a form creates a token for, and the page of the form. */
export interface TokenFormPage {
  readonly userId: number;
  readonly head: Omit<TokenPageHead, 'title'>;
  readonly help: string;
  readonly action: string;
  readonly listUrl: string;
  /** Whether the token can be limited to this permission. The rule checks it again. */
  readonly isOffered: (permission: string) => boolean;
}

/** Shows the form, with what was entered before the password was requested again. */
export function showTokenForm(ctx: Context, app: App, page: TokenFormPage): void {
  showForm(ctx, app, page, takeInterruptedForm(ctx), []);
}

function showForm(
  ctx: Context,
  app: App,
  page: TokenFormPage,
  entered: Form | undefined,
  problems: readonly Problem[],
): void {
  const { t } = ctx.state;
  const { head, help, action, isOffered } = page;
  const { defaultDays, maxDays } = app.options('tokens');
  const textOf = ({ issue }: Problem) => t(issue.key, issue.params);
  const at = (field: string) => problems.filter((problem) => problem.field === field).map(textOf)[0];
  const [name, days] = [at('name'), at('days')];
  const checked = new Set(entered?.all('permission') ?? []);
  app.views.page(ctx, 'tokens/new', {
    ...head,
    title: t('tokens.new'),
    action,
    formId: randomUUID(),
    help,
    name: entered?.get('name') ?? '',
    days: entered?.get('days') ?? String(defaultDays),
    maxDays,
    table: permissionTable(ctx, app, app.permissions.filter(isOffered), (permission, label) => ({
      permission,
      label,
      checked: checked.has(permission),
    })),
    problems: { ...(name !== undefined && { name }), ...(days !== undefined && { days }) },
    rejected: problems.filter(({ field }) => field !== 'name' && field !== 'days').map(textOf),
  });
}

/**
 * Creates a token, and shows it in the response to the form. If the same form is sent again, for example by reloading the page, no other
 * token is created and the first one is not shown again: the response redirects to the list.
 */
export async function createFromForm(ctx: Context, app: App, page: TokenFormPage): Promise<void> {
  const { form, actor } = ctx.state;
  const { userId, listUrl, head } = page;
  const name = form?.get('name') ?? '';
  const days = form?.get('days') ?? '';
  const request = {
    userId,
    name,
    permissions: form?.all('permission') ?? [],
    ...(days.trim() !== '' && { days: Number(days) }),
  };
  const formId = form?.get(formNames.form) ?? randomUUID();
  const outcome = await app.writingFor(actor).transaction(async (tx) => {
    const claim = await claimIdempotencyKey(tx, `token ${formId}`, actor);
    // fault: token-created-twice
    if (!claim.first) return { outcome: 'repeated' } as const;
    const created = await createToken(tx, auditContext(ctx), app, request);
    if (created.outcome === 'done') await rememberLocation(tx, `token ${formId}`, listUrl);
    else await releaseIdempotencyKey(tx, `token ${formId}`);
    return created;
  });
  switch (outcome.outcome) {
    case 'done':
      showCreated(ctx, app, head, { name: name.trim(), text: outcome.text, expiresAt: outcome.expiresAt, listUrl });
      return;
    case 'repeated':
      flash(ctx, app, { tone: 'info', key: 'tokens.created.before' });
      seeOther(ctx, listUrl);
      return;
    case 'missing':
      throw notFound();
    default:
      ctx.status = 422;
      showForm(
        ctx,
        app,
        page,
        form,
        outcome.outcome === 'invalid' ? outcome.problems : [{ field: '', issue: outcome.issue }],
      );
  }
}
