import type { App } from '../../core/app.ts';
import { rollBackUnlessDone, type Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { lockAccount } from '../auth/account.ts';
import { type AccountLink, contextOfLink, useLink } from '../auth/account-links.ts';
import { setPassword } from '../auth/change-account.ts';
import type { Outcome } from '../auth/outcome.ts';
import type { PreparedPassword } from '../auth/password-hash.ts';
import { findUserActor } from '../auth/user-actor.ts';

/** A password that a user has chosen with a link. */
export interface ChosenPassword {
  readonly link: AccountLink;
  readonly password: PreparedPassword;
  /** Runs in the transaction, for example to record an event. The actor of the context is the user of the link. */
  readonly complete: (tx: Transaction, context: AuditContext, app: App, link: AccountLink) => Promise<void>;
}

/**
 * Sets the password that a user has chosen with a link, and ends all links and sessions of the account. It neither signs the user in
 * nor proves a second factor. `missing` if the link has ended.
 */
export function setPasswordByLink(
  app: App,
  requestContext: AuditContext,
  { link, password, complete }: ChosenPassword,
): Promise<Outcome> {
  return app.database.transaction((transaction) =>
    rollBackUnlessDone(transaction, async (tx): Promise<Outcome> => {
      // Of two requests with links of one account, the second waits here, and finds that its link has ended.
      await lockAccount(tx, link.id);
      const actor = await findUserActor(tx, link.id);
      // fault: password-link-used-twice
      if (!actor || !(await useLink(tx, link.link))) return { outcome: 'missing' };
      // The link proves who they are; a session in this browser, which may be somebody else's, does not matter.
      const context = contextOfLink(requestContext, link, actor);
      const set = await setPassword(tx, context, app.events, link.id, password);
      if (set.outcome === 'done') await complete(tx, context, app, link);
      return set;
    }),
  );
}
