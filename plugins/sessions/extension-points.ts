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
import type { SignInCondition } from './sign-in-conditions.ts';
import type { SignInStep } from './sign-in-steps.ts';
import type { TrustLevel } from './trust.ts';

/**
 * Additional columns of the statement that loads a session, by name. Plugins add their type by declaration merging and contribute
 * the expression to `session.columns`; the value is in `ctx.state.session.columns`.
 *
 * @example
 * declare module 'rustio-admin/sessions' {
 *   interface SessionColumns { isInternal?: boolean }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins extend it by declaration merging
export interface SessionColumns {}
type ColumnName = keyof SessionColumns & string;

/**
 * An additional expression in the statement that loads the session of a signed-in request.
 *
 * @example
 * 'session.columns': [{
 *   name: 'isInternal',
 *   expression: sql.fragment`u.email like '%@example.org'`,
 *   schema: z.boolean(),
 * }],
 */
export type SessionColumn = { readonly [N in ColumnName]: SessionColumnOf<N> }[ColumnName];
/** A session column with this name; see `SessionColumn`. */
export interface SessionColumnOf<N extends ColumnName> extends AnySessionColumn {
  readonly name: N;
  readonly schema: z.ZodType<SessionColumns[N]>;
}
/** A session column with any name, for code that handles all of them. */
export interface AnySessionColumn {
  readonly name: string;
  /** An SQL expression over the aliases `s` (rustio_session) and `u` (rustio_user). Its value is returned as JSON. */
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
  /** A view with the inputs of the factor, shown inside the form. It receives the helpers of a page, `problem` and the data from `data`. */
  readonly view: string;
  data?(tx: Transaction, user: UserActor): Promise<ViewData>;
  /** Whether this user must prove the factor. */
  applies(tx: Transaction, user: UserActor): Promise<boolean>;
  /** Whether the form proves the factor. Return false for a wrong answer: what the method has counted is then committed. */
  proves(tx: Transaction, context: AuditContext, user: UserActor, form: Form): Promise<boolean>;
}

/**
 * An additional way to sign in: a view below the password form that links to routes of the plugin. These finish with
 * `completeSignIn` or `recordFailedSignIn`.
 *
 * @example
 * 'signIn.methods': [{ name: 'passkey', view: 'passkeys/sign-in', data: (ctx, app) => ({ startUrl: app.urls.to('/passkey') }) }],
 */
export interface SignInMethod extends Contribution {
  /** The view receives the helpers of a page, `next` (the path to open after signing in) and the data from `data`. */
  readonly view: string;
  /** Return `undefined` to hide the method for this request. */
  data?(ctx: Context, app: App): ViewData | undefined;
}

/**
 * A link below the sign-in form.
 *
 * @example
 * 'signIn.links': [{ name: 'forgot-password', label: 'recovery.forgot', path: '/forgot-password' }],
 */
export interface SignInLink extends Contribution {
  /** A message key or literal text. */
  readonly label: string;
  /** Relative to the mount path. The route must be open to anonymous users. */
  readonly path: string;
}

/**
 * An entry on the account page, where users manage their own account.
 *
 * @example
 * 'account.pages': [{ name: 'passkeys', label: 'passkeys.title', path: '/account/passkeys', access: { signedIn: true } }],
 */
export interface AccountPage extends Contribution {
  /** A message key or literal text. */
  readonly label: string;
  /** The purpose of the page in one sentence: a message key or literal text. */
  readonly description?: string;
  /** Relative to the mount path. */
  readonly path: string;
  readonly access: Access;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'signIn.methods': SignInMethod;
    'signIn.links': SignInLink;
    'signIn.steps': SignInStep;
    'signIn.conditions': SignInCondition;
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
  'signIn.conditions',
  'session.columns',
  'session.factors',
  'session.trust',
  'account.pages',
] as const satisfies readonly ExtensionPointName[];
