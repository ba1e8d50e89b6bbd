// The page on which administrators recover the account of a user.

import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { flash } from '../../core/http/flash.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import { auditContext, type Context, type Message } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { formatterFor } from '../../core/view/formatter.ts';
import { type Account, findAccountById, parseId } from '../auth/account.ts';
import { crossRankIssue } from '../auth/authority-guards.ts';
import { User } from '../auth/models.ts';
import { invalid, type Outcome } from '../auth/outcome.ts';
import { preparePassword } from '../auth/password-hash.ts';
import { generatePassword } from '../auth/password-policy.ts';
import { canSendMail } from '../mail/send.ts';
import { showOnce, takeShownOnce } from '../sessions/shown-once.ts';
import { hasRemovableFactor, removeFactors } from './factors.ts';
import {
  DURATIONS,
  endSessionsOf,
  lockForRecovery,
  parseDuration,
  parseReason,
  recoveryIssue,
  sendResetMail,
  setTemporaryPassword,
  unlockAccount,
} from './recover-account.ts';

interface RecoveryView extends PageData {
  /** The header of a record's pages; undefined without the plugin admin. */
  readonly head?: { readonly view: string; readonly data: ViewData };
  readonly facts: readonly string[];
  /** A temporary password, which is shown once. */
  readonly password?: string | undefined;
  /** Why no action is available. */
  readonly unavailable?: string | undefined;
  readonly action: string;
  readonly forms: readonly ActionView[];
}

interface ActionView {
  readonly name: Action;
  readonly title: string;
  readonly help: string;
  readonly button: string;
  readonly danger: boolean;
  readonly reason: string;
  /** The durations of a lock. */
  readonly durations?: readonly { readonly value: string; readonly label: string; readonly chosen: boolean }[];
  readonly minutes: string;
  readonly errors: Readonly<Record<string, string>>;
  /** Problems that do not belong to a field. */
  readonly rejected: readonly string[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'recovery/account': RecoveryView;
  }
}

const ACTIONS = ['reset-mail', 'temporary-password', 'remove-factor', 'lock', 'unlock', 'end-sessions'] as const;
type Action = (typeof ACTIONS)[number];

/** The input of an action's form, and what is wrong with it. */
interface Entered {
  readonly form: Form;
  readonly problems: readonly Problem[];
}

/** The path of the page of an account, relative to the mount path. */
export function recoveryPath(key: string | number): string {
  return `/account-recovery/${key}`;
}

/** The precondition of the form: the account exists, and the user can recover it. */
export async function mustBeRecoverable(ctx: Context, app: App): Promise<void> {
  const { account } = await findTarget(ctx, app);
  // fault: recovery-of-peers
  if (crossRankIssue(ctx.state.actor, account)) throw forbidden();
}

/** GET /account-recovery/:id */
export async function recoveryPage(ctx: Context, app: App): Promise<void> {
  const form = takeInterruptedForm(ctx);
  await showRecovery(ctx, app, form && { form, problems: [] });
}

/** POST /account-recovery/:id: the field `action` selects the action. */
export async function recoveryForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const { account } = await findTarget(ctx, app);
  const action = ACTIONS.find((name) => name === form?.get('action'));
  if (!form || action === undefined || (action === 'reset-mail' && !canSendMail(app))) throw notFound();
  const outcome = await run(ctx, app, { action, form, userId: account.id });
  switch (outcome.outcome) {
    case 'missing':
      throw notFound();
    case 'invalid':
      ctx.status = 422;
      return showRecovery(ctx, app, { form, problems: outcome.problems });
    case 'rejected':
      ctx.status = 422;
      return showRecovery(ctx, app, { form, problems: [{ field: '', issue: outcome.issue }] });
    case 'done':
      // Without a session, the next page could not show the password, so this response does.
      if (outcome.password !== undefined && !showOnce(ctx, app, account.id, outcome.password))
        return showRecovery(ctx, app, undefined, outcome.password);
      flash(ctx, app, outcome.message);
      seeOther(ctx, app.urls.to(recoveryPath(account.id)));
  }
}

/** Calls the rule of an action in its transaction. */
async function run(
  ctx: Context,
  app: App,
  { action, form, userId }: { readonly action: Action; readonly form: Form; readonly userId: number },
): Promise<Outcome<{ readonly message: Message; readonly password?: string }>> {
  const reason = parseReason(form.get('reason') ?? '');
  if (!reason.ok) return invalid('reason', reason.issue);
  const recovery = { userId, reason: reason.value };
  const context = auditContext(ctx);
  const done = (key: string, params: Message['params'] = {}): { outcome: 'done'; message: Message } => ({
    outcome: 'done',
    message: { tone: 'good', key: `recovery.account.${key}`, params },
  });
  // fault: recovery-takes-every-connection
  const changes = app.writingFor(ctx.state.actor);
  switch (action) {
    case 'reset-mail': {
      const sent = await changes.transaction((tx) => sendResetMail(tx, context, app, recovery));
      return sent.outcome === 'done' ? done('resetMail.done') : sent;
    }
    case 'temporary-password': {
      const password = generatePassword();
      const request = { ...recovery, password: await preparePassword(password, ctx.state.ip) };
      const set = await changes.transaction((tx) => setTemporaryPassword(tx, context, app, request));
      return set.outcome === 'done' ? { ...done('temporaryPassword.done'), password } : set;
    }
    case 'remove-factor': {
      const removed = await changes.transaction((tx) => removeFactors(tx, context, app, recovery));
      return removed.outcome === 'done' ? done('removeFactor.done') : removed;
    }
    case 'lock': {
      const duration = parseDuration(form.get('duration') ?? '', form.get('minutes') ?? '');
      if (!duration.ok) return invalid(form.get('duration') === 'minutes' ? 'minutes' : 'duration', duration.issue);
      const request = { ...recovery, duration: duration.value };
      const locked = await changes.transaction((tx) => lockForRecovery(tx, context, app, request));
      return locked.outcome === 'done' ? done('lock.done') : locked;
    }
    case 'unlock': {
      const unlocked = await changes.transaction((tx) => unlockAccount(tx, context, app, recovery));
      if (unlocked.outcome !== 'done') return unlocked;
      return done(unlocked.changed ? 'unlock.done' : 'unlock.none');
    }
    case 'end-sessions': {
      const ended = await changes.transaction((tx) => endSessionsOf(tx, context, app, recovery));
      return ended.outcome === 'done' ? done('endSessions.done', { n: ended.sessions }) : ended;
    }
  }
}

/** The account in the path, if the user can see it. */
async function findTarget(
  ctx: Context,
  app: App,
): Promise<{ readonly account: Account; readonly record: FoundRecord }> {
  const id = parseId(ctx.state.params.id);
  const account = id === undefined ? null : await findAccountById(app.database, id);
  const record = account && (await app.records.find(ctx.state.actor, app.models.of(User), String(id)));
  if (!account || !record) throw notFound();
  return { account, record };
}

async function showRecovery(
  ctx: Context,
  app: App,
  entered?: Entered,
  password = takeShownOnce(ctx, app, Number(ctx.state.params.id)),
): Promise<void> {
  const { t, actor } = ctx.state;
  const { account, record } = await findTarget(ctx, app);
  const model = app.models.of(User);
  const pages = app.optionalService('recordPages');
  const issue = crossRankIssue(actor, account) ?? recoveryIssue(actor, account);
  const hasFactor = await hasRemovableFactor(app, app.readingFor(actor), account.id);
  app.views.page(ctx, 'recovery/account', {
    title: record.label,
    ...(pages?.has(model) && { head: pages.head(ctx, model, record, 'recovery') }),
    facts: issue ? [] : factsOf(ctx, account),
    password,
    unavailable: issue && t(issue.key, issue.params),
    action: app.urls.to(recoveryPath(account.id)),
    forms: issue
      ? []
      : formsFor(app, account, { hasFactor, entered }).map((name) => actionView(ctx, app, name, entered)),
  });
}

/** Whether the account is locked, and whether it has a temporary password. */
function factsOf(ctx: Context, { lockedUntil, mustChangePassword }: Account): readonly string[] {
  const { t } = ctx.state;
  const facts: string[] = [];
  if (lockedUntil === 'infinity') facts.push(t('recovery.account.lockedForever'));
  else if (lockedUntil !== null)
    facts.push(t('recovery.account.lockedUntil', { until: formatterFor(ctx).timestamp(lockedUntil) }));
  if (mustChangePassword) facts.push(t('recovery.account.mustChange'));
  return facts;
}

/** The actions that apply to the account, and the one that was rejected: the account may have changed in the meantime. */
function formsFor(
  app: App,
  { lockedUntil, hasPassword }: Account,
  { hasFactor, entered }: { readonly hasFactor: boolean; readonly entered: Entered | undefined },
): readonly Action[] {
  const isLocked = lockedUntil !== null;
  return ACTIONS.filter((action) => {
    if (action === 'reset-mail' && !canSendMail(app)) return false;
    if (entered?.form.get('action') === action) return true;
    if (action === 'remove-factor') return hasFactor;
    return action === 'reset-mail' ? !isLocked && hasPassword : action !== 'unlock' || isLocked;
  });
}

const MESSAGES: Readonly<Record<Action, string>> = {
  'reset-mail': 'resetMail',
  'temporary-password': 'temporaryPassword',
  'remove-factor': 'removeFactor',
  lock: 'lock',
  unlock: 'unlock',
  'end-sessions': 'endSessions',
};

function actionView({ state: { t } }: Context, app: App, name: Action, entered: Entered | undefined): ActionView {
  const hours = app.options('recovery').temporaryPasswordHours;
  const text = (part: string) => t(`recovery.account.${MESSAGES[name]}${part}`, { hours });
  const own = entered?.form.get('action') === name ? entered : undefined;
  const chosen = own?.form.get('duration') ?? '60';
  const isField = ({ field }: Problem) => field === 'reason' || field === 'duration' || field === 'minutes';
  const problems = own?.problems ?? [];
  const textOf = ({ issue }: Problem) => t(issue.key, issue.params);
  return {
    name,
    title: text(''),
    help: text('.help'),
    button: text('.button'),
    danger: name === 'lock' || name === 'remove-factor',
    reason: own?.form.get('reason') ?? '',
    ...(name === 'lock' && {
      durations: DURATIONS.map((value) => ({
        value,
        label: t(`recovery.account.duration.${value}`),
        chosen: value === chosen,
      })),
    }),
    minutes: own?.form.get('minutes') ?? '',
    errors: Object.fromEntries(problems.filter(isField).map((problem) => [problem.field, textOf(problem)])),
    rejected: problems.filter((problem) => !isField(problem)).map(textOf),
  };
}
