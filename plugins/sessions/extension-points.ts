import type { FragmentSqlToken } from 'slonik';
import type { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Contribution, ExtensionPointName } from '../../core/extension-points.ts';
import type { Form } from '../../core/form/form.ts';
import type { AuditContext, UserActor } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import type { Access } from '../../core/request/route-info.ts';
import type { ViewData } from '../../core/request/views.ts';
import type { SignInStep } from './sign-in-steps.ts';
import type { TrustLevel } from './trust.ts';

/**
 * What plugins read in the statement that finds a session, by name. A plugin merges its type in here and contributes the column
 * to `session.columns`; the value is in `ctx.state.session.columns`.
 *
 * @example
 * declare module 'rustio-admin/sessions' {
 *   interface SessionColumns { isInternal?: boolean }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is a place for others
export interface SessionColumns {}
type ColumnName = keyof SessionColumns & string;

/**
 * One more expression in the one statement of a signed-in request.
 *
 * @example
 * 'session.columns': [{
 *   name: 'isInternal',
 *   expression: sql.fragment`u.email like '%@example.org'`,
 *   schema: z.boolean(),
 * }],
 */
export type SessionColumn = { readonly [N in ColumnName]: SessionColumnOf<N> }[ColumnName];
/** A session column of this name; see `SessionColumn`. */
export interface SessionColumnOf<N extends ColumnName> extends AnySessionColumn {
  readonly name: N;
  readonly schema: z.ZodType<SessionColumns[N]>;
}
/** A column of any name, for code that handles all of them. */
export interface AnySessionColumn {
  readonly name: string;
  /** SQL over the aliases `s` (rustio_session) and `u` (rustio_user). The value comes back as JSON. */
  readonly expression: FragmentSqlToken;
  readonly schema: z.ZodType;
}

/**
 * A factor besides the password that users must prove when they reauthenticate (`/reauth`).
 *
 * @example
 * 'session.factors': [{
 *   name: 'code',
 *   view: 'mfa/code-field',
 *   applies: (tx, user) => hasSecret(tx, user.id),
 *   proves: (tx, context, user, form) => codeMatches(tx, user.id, form.get('code')),
 * }],
 */
export interface SessionFactor {
  readonly name: string;
  /** The view with its fields, shown inside the form. */
  readonly view: string;
  /** Whether this user has to prove it. */
  applies(tx: Transaction, user: UserActor): Promise<boolean>;
  /** Whether the form proves it. A wrong answer is an outcome; what it counts is committed. */
  proves(tx: Transaction, context: AuditContext, user: UserActor, form: Form): Promise<boolean>;
}

/**
 * Another way to sign in: a view below the password form that links to routes of the plugin. They end with `completeSignIn`, or
 * with `recordFailedSignIn`.
 *
 * @example
 * 'signIn.methods': [{ name: 'passkey', view: 'passkeys/sign-in', data: (ctx, app) => ({ startUrl: app.urls.to('/passkey') }) }],
 */
export interface SignInMethod extends Contribution {
  /** It gets the helpers of a page, `next` (the path to go to after signing in), and what `data` returns. */
  readonly view: string;
  /** `undefined`: the method is not offered on this request. */
  data?(ctx: Context, app: App): ViewData | undefined;
}

/**
 * A link below the sign-in form.
 *
 * @example
 * 'signIn.links': [{ name: 'forgot-password', label: 'recovery.forgot', path: '/forgot-password' }],
 */
export interface SignInLink extends Contribution {
  /** A key of the messages, or the text itself. */
  readonly label: string;
  /** Under the mount path. Its route must be open to anonymous users. */
  readonly path: string;
}

/**
 * An entry of the account page, where users manage their own account.
 *
 * @example
 * 'account.pages': [{ name: 'passkeys', label: 'passkeys.title', path: '/account/passkeys', access: { signedIn: true } }],
 */
export interface AccountPage extends Contribution {
  /** A key of the messages, or the text itself. */
  readonly label: string;
  /** What the page is for, in one sentence: a key of the messages, or the text itself. */
  readonly description?: string;
  /** Under the mount path. */
  readonly path: string;
  readonly access: Access;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'signIn.methods': SignInMethod;
    'signIn.links': SignInLink;
    'signIn.steps': SignInStep;
    'session.columns': SessionColumn;
    'session.factors': SessionFactor;
    'session.trust': TrustLevel;
    'account.pages': AccountPage;
  }
}

export const extensionPoints = [
  'signIn.methods',
  'signIn.links',
  'signIn.steps',
  'session.columns',
  'session.factors',
  'session.trust',
  'account.pages',
] as const satisfies readonly ExtensionPointName[];
