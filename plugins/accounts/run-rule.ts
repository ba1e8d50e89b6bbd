import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Outcome } from '../auth/outcome.ts';

type Failed = Exclude<Outcome, { readonly outcome: 'done' }>;

/** Rolls back the transaction of `runRule`, so that several changes are made together or not at all. */
export class RolledBack extends Error {
  readonly outcome: Failed;
  constructor(outcome: Failed) {
    super(outcome.outcome);
    this.outcome = outcome;
  }
}

/**
 * Runs a rule in its own transaction, within the limits of `app.writingFor`: one user must not take all connections while an account is
 * locked or passwords wait to be hashed.
 */
export async function runRule<Done extends object>(
  app: App,
  actor: Actor,
  rule: (tx: Transaction) => Promise<Outcome<Done>>,
): Promise<Outcome<Done>> {
  try {
    // fault: accounts-take-every-connection
    return await app.writingFor(actor).transaction(rule);
  } catch (error) {
    if (error instanceof RolledBack) return error.outcome;
    throw error;
  }
}
