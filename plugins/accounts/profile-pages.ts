import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import type { Contribution } from '../../core/extension-points.ts';
import { isAllowed } from '../../core/http/layout.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { setPassword } from '../auth/change-account.ts';
import { editAccount } from '../auth/edit-account.ts';
import { invalid, type Outcome } from '../auth/outcome.ts';
import { preparePassword } from '../auth/password-hash.ts';
import { loadPreferences } from '../auth/preferences.ts';
import { canSendMail } from '../mail/send.ts';
import { admitAttempt, tooManyAttempts } from '../sessions/attempts.ts';
import { afterRule, type Entered, type FieldView, type FormsView, type FormView, withEntered } from './forms.ts';
import { parseNewAddress, requestAddress } from './new-address.ts';
import { runRule } from './run-rule.ts';
import { editIn } from './shown-values.ts';

/**
 * A section of the user's own profile, below its forms.
 *
 * @example
 * 'profile.sections': [{ name: 'theme', title: 'theme.label', view: 'theme/switch', data: themeSwitch }],
 */
export interface ProfileSection extends Contribution {
  /** The heading: a message key or literal text. */
  readonly title: string;
  readonly view: string;
  data(ctx: Context, app: App): ViewData | undefined;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'profile.sections': ProfileSection;
  }
}

interface ProfileView extends PageData, Pick<FormsView, 'forms'> {
  readonly sections: readonly { readonly title: string; readonly view: string; readonly data: ViewData }[];
  readonly crumb: { readonly url: string; readonly label: string };
}
declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'accounts/profile': ProfileView;
  }
}

/** GET /account/profile */
export async function profilePage(ctx: Context, app: App): Promise<void> {
  await showProfile(ctx, app);
}

function signedIn({ state: { actor } }: Context): UserActor {
  if (actor.kind !== 'user') throw forbidden();
  return actor;
}

interface ProfileForm {
  /** The message that is shown after saving. */
  readonly key: string;
  /** Undefined if the response is complete. */
  save(ctx: Context, app: App, user: UserActor): Promise<Outcome | undefined>;
}

/** The forms of the page, by name. The route requires that the current password was entered recently. */
const FORMS: ReadonlyMap<string, ProfileForm> = new Map([
  ['details', { key: 'accounts.saved', save: saveDetails }],
  ['email', { key: 'accounts.address.sent', save: saveEmail }],
  ['password', { key: 'accounts.password.changed', save: savePassword }],
]);

/** POST /account/profile/:form */
export async function profileForm(ctx: Context, app: App): Promise<void> {
  const { form, params } = ctx.state;
  const user = signedIn(ctx);
  const name = params.form ?? '';
  const submitted = FORMS.get(name);
  if (!submitted || (name === 'email' && !canSendMail(app))) throw notFound();
  const outcome = await submitted.save(ctx, app, user);
  if (outcome === undefined) return;
  const { key } = submitted;
  const problems = afterRule(ctx, app, outcome, {
    path: '/account/profile',
    key,
    params: { email: form?.get('email')?.trim() ?? '' },
  });
  if (problems) await showProfile(ctx, app, { name, form, problems });
}

async function saveDetails(ctx: Context, app: App, { id }: UserActor): Promise<Outcome> {
  const { form } = ctx.state;
  const edit = editIn(form, ['displayName', 'locale', 'timeZone']);
  if (edit.locale && !app.messages.locales.includes(edit.locale))
    return invalid('locale', { key: 'auth.problem.locale' });
  return runRule(app, ctx.state.actor, (tx) => editAccount(tx, auditContext(ctx), app.events, id, edit));
}

/** Requests a new address. The limit on attempts keeps users from sending emails to many strangers. */
async function saveEmail(ctx: Context, app: App, { id, name }: UserActor): Promise<Outcome | undefined> {
  const email = ctx.state.form?.get('email') ?? '';
  const parsed = parseNewAddress(email, name);
  if (!parsed.ok) return invalid('email', parsed.issue);
  // Every request counts.
  const attempt = await admitAttempt(ctx, app, { kind: 'new-address', userId: id, session: ctx.state.session?.id });
  if (attempt.retryAfter !== undefined) {
    const problem = { field: 'email', issue: tooManyAttempts(ctx, attempt) };
    await showProfile(ctx, app, { name: 'email', form: ctx.state.form, problems: [problem] });
    return undefined;
  }
  return runRule(app, ctx.state.actor, (tx) => requestAddress(tx, auditContext(ctx), app, id, email));
}

async function savePassword(ctx: Context, app: App, { id }: UserActor): Promise<Outcome> {
  const { form } = ctx.state;
  const typed = form?.get('password') ?? '';
  if (form?.get('repeated') !== typed) return invalid('repeated', { key: 'accounts.password.differ' });
  const password = await preparePassword(typed, ctx.state.ip);
  return runRule(app, ctx.state.actor, (tx) => setPassword(tx, auditContext(ctx), app.events, id, password));
}

async function showProfile(ctx: Context, app: App, entered?: Entered): Promise<void> {
  const { t } = ctx.state;
  const user = signedIn(ctx);
  const preferences = await loadPreferences(app.database, user.id);
  const action = (name: string) => app.urls.to(`/account/profile/${name}`);
  const newPassword = { type: 'password', autocomplete: 'new-password', required: true } as const;
  const forms: readonly FormView[] = [
    {
      name: 'details',
      title: t('accounts.details'),
      action: action('details'),
      fields: [
        {
          name: 'displayName',
          label: t('accounts.name'),
          type: 'text',
          value: user.displayName ?? '',
          autocomplete: 'name',
        },
        languageField(ctx, app, preferences.locale),
        timeZoneField(ctx, app, preferences.timeZone),
      ],
      button: t('accounts.save'),
    },
    ...(canSendMail(app) ? [emailForm(ctx, user, action('email'))] : []),
    {
      name: 'password',
      title: t('accounts.password.change'),
      help: t('accounts.password.changeHelp'),
      action: action('password'),
      fields: [
        { name: 'password', label: t('accounts.password.new'), ...newPassword },
        { name: 'repeated', label: t('accounts.password.repeat'), ...newPassword },
      ],
      button: t('accounts.password.change'),
    },
  ];
  const sections = app.contributions('profile.sections').flatMap((section) => {
    const data = isAllowed(ctx, app, section) ? section.data(ctx, app) : undefined;
    return data === undefined ? [] : [{ title: t(section.title), view: section.view, data }];
  });
  app.views.page(ctx, 'accounts/profile', {
    title: t('accounts.profile'),
    crumb: { url: app.urls.to('/account'), label: t('sessions.account.title') },
    forms: forms.map((form) => withEntered(ctx, form, entered)),
    sections,
  });
}

function emailForm({ state: { t } }: Context, user: UserActor, action: string): FormView {
  return {
    name: 'email',
    title: t('accounts.email'),
    help: t('accounts.address.help', { email: user.name }),
    action,
    fields: [{ name: 'email', label: t('accounts.address.new'), type: 'email', autocomplete: 'email', required: true }],
    button: t('accounts.address.send'),
  };
}

function languageField({ state: { t } }: Context, app: App, current: string | null): FieldView {
  const nameOf = (locale: string) => new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale;
  const options = app.messages.locales.map((value) => ({ value, label: nameOf(value), checked: value === current }));
  const former = current === null || app.messages.locales.includes(current) ? [] : [formerOption(current)];
  return {
    name: 'locale',
    label: t('accounts.language'),
    type: 'select',
    options: [
      {
        value: '',
        label: t('accounts.default', { value: nameOf(app.config.locale ?? 'en') }),
        checked: current === null,
      },
      ...former,
      ...options,
    ],
  };
}

const TIME_ZONES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];

/** A choice that is no longer offered, so that it is neither hidden nor replaced. */
function formerOption(value: string): NonNullable<FieldView['options']>[number] {
  return { value, label: value, checked: true };
}

function timeZoneField({ state: { t } }: Context, app: App, current: string | null): FieldView {
  const former = current === null || TIME_ZONES.includes(current) ? [] : [formerOption(current)];
  const options = TIME_ZONES.map((value) => ({ value, label: value.replaceAll('_', ' '), checked: value === current }));
  const fallback = {
    value: '',
    label: t('accounts.default', { value: app.config.timeZone ?? 'UTC' }),
    checked: current === null,
  };
  return {
    name: 'timeZone',
    label: t('accounts.timeZone'),
    type: 'select',
    options: [fallback, ...former, ...options],
  };
}
