import type { Transaction } from '../database/pool.ts';
import { RustioError } from '../errors.ts';
import type { ModelInfo } from '../model/registry.ts';
import { constraintProblems } from './constraint-problem.ts';
import { Refusal } from './refusal.ts';
import type { Problem, Written } from './types.ts';
import type { Values } from './write.ts';

type Refused = Exclude<Written, { outcome: 'done' }>;
export type Attempt<T> = { readonly done: T } | { readonly refused: Refused };

/**
 * Changes rows inside a savepoint: what the database or a rule refuses is undone and becomes an outcome, and the caller's
 * transaction goes on. Events are not recorded in here, so that an error of theirs is never taken for a mistake in the form.
 */
export async function attempt<T>(
  tx: Transaction,
  model: ModelInfo,
  values: Values,
  work: (inner: Transaction) => Promise<T>,
): Promise<Attempt<T>> {
  try {
    return { done: await tx.savepoint(work) };
  } catch (error) {
    if (error instanceof Forbidden || error instanceof Mistaken) return { refused: error.outcome };
    // An error of our own, or of a plugin, that some violation has caused is no mistake in the form.
    if (error instanceof RustioError) throw error;
    const problems = constraintProblems(model, values, error);
    if (problems === undefined) throw error;
    return { refused: { outcome: 'invalid', problems } };
  }
}

/** A row rule does not allow the row with its new values. */
export class Forbidden extends Refusal<Refused> {
  constructor() {
    super({ outcome: 'forbidden', problems: [{ field: undefined, issue: { key: 'problem.rowRule' } }] });
  }
}

/** A mistake that shows only while the row is being written. */
export class Mistaken extends Refusal<Refused> {
  constructor(problems: readonly Problem[]) {
    super({ outcome: 'invalid', problems });
  }
}

/** A trigger let nothing happen (`return null`), and said nothing: whoever is told "saved" would be told a lie. */
export class Swallowed extends Mistaken {
  constructor() {
    super([{ field: undefined, issue: { key: 'problem.constraint' } }]);
  }
}
