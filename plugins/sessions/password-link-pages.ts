// The page and form with which users choose a password after they have opened a link.

import type { App } from '../../core/app.ts';
import type { RustioError } from '../../core/errors/rustio-error.ts';
import type { Issue } from '../../core/model/issue.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { type AccountLink, findLink, type LinkPurpose } from '../auth/account-links.ts';
import { preparePassword } from '../auth/password-hash.ts';
import { passwordIssue } from '../auth/password-policy.ts';
import { admitAttempt, clearAttempt, duringAttempt, tooManyAttempts } from './attempts.ts';
import { type ChosenPassword, setPasswordByLink } from './password-link.ts';

export interface ChoosePasswordView extends PageData {
  /** A message key; `name` is the name of the application. */
  readonly why: string;
  /** The path that the form is sent to. */
  readonly action: string;
  /** The account, so that password managers store the password for it. */
  readonly email: string;
  readonly problem?: Issue;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'sessions/choose-password': ChoosePasswordView;
    /** The inputs and the button of a form with which users choose a password. */
    'sessions/new-password': Pick<ChoosePasswordView, 'email' | 'problem'>;
  }
}

/** The links that open these pages. */
export interface PasswordLinks {
  readonly purpose: LinkPurpose;
  /** The kind of its attempts, which are counted separately. */
  readonly attempt: string;
  /** Message keys. */
  readonly title: string;
  readonly why: string;
  /** The error if a link has expired, was used, or never existed. */
  readonly unusable: () => RustioError;
  readonly complete: ChosenPassword['complete'];
  /** Responds after the password was set. */
  readonly respond: (ctx: Context, app: App, link: AccountLink) => Promise<void> | void;
}

/** The handlers of routes with the parameter `token`. Opening a link does not use it up: programs that scan emails open links, too. */
export function passwordLinkPages(links: PasswordLinks) {
  const find = async ({ state: { params } }: Context, app: App): Promise<AccountLink> => {
    const link = await findLink(app.database, links.purpose, params.token ?? '');
    if (!link) throw links.unusable();
    return link;
  };
  const show = (ctx: Context, app: App, { email }: AccountLink, problem?: Issue): void =>
    app.views.page(ctx, 'sessions/choose-password', {
      frame: 'bare',
      title: ctx.state.t(links.title),
      why: links.why,
      action: ctx.path,
      email,
      ...(problem && { problem }),
    });
  const reject = (ctx: Context, app: App, link: AccountLink, problem: Issue | undefined): void => {
    ctx.status = 422;
    show(ctx, app, link, problem);
  };
  return {
    async page(ctx: Context, app: App): Promise<void> {
      show(ctx, app, await find(ctx, app));
    },
    async form(ctx: Context, app: App): Promise<void> {
      const link = await find(ctx, app);
      const typed = ctx.state.form?.get('password') ?? '';
      const weak = passwordIssue(typed, link.email, link.displayName);
      if (weak) return reject(ctx, app, link, weak);
      // Limits how many passwords are hashed; the token itself cannot be guessed.
      const attempt = await admitAttempt(ctx, app, { kind: links.attempt, userId: link.id });
      if (attempt.retryAfter !== undefined) return show(ctx, app, link, tooManyAttempts(ctx, attempt));
      const { complete } = links;
      const outcome = await duringAttempt(attempt, async () => {
        const password = await preparePassword(typed, ctx.state.ip);
        return setPasswordByLink(app, auditContext(ctx), { link, password, complete });
      });
      if (outcome.outcome === 'invalid') return reject(ctx, app, link, outcome.problems[0]?.issue);
      if (outcome.outcome !== 'done') throw links.unusable();
      await clearAttempt(app, attempt);
      await links.respond(ctx, app, link);
    },
  };
}
