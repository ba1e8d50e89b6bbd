import { outerTransaction, type Transaction } from '../database/transaction.ts';
import { type Actor, type AuditContext, actorText, type Credential } from '../policy/actor.ts';

/**
 * Re-reads an actor inside the transaction that writes, and locks their account, session or token until it ends. The actor of a
 * request is determined when its headers arrive, and its body may arrive minutes later.
 *
 * Returns the current actor, `null` if they can no longer act (signed out, deactivated, token revoked), or `undefined` to defer to
 * earlier plugins: for actors of other plugins, or for a token whose owner an earlier plugin knows. Lock with `for share`, so that
 * concurrent writes of one user do not wait for each other.
 */
export type CurrentActor = (
  tx: Transaction,
  actor: Actor,
  credential: Credential | null,
) => Promise<Actor | null | undefined>;

const verified = new WeakMap<Transaction, Map<string, Promise<Actor | null>>>();

/**
 * The context with the current state of its actor; undefined if they can no longer act. Each actor is read once per transaction.
 * Plugins are called from last to first, until one does not defer.
 */
export async function currentContext(
  hooks: readonly CurrentActor[],
  tx: Transaction,
  context: AuditContext,
): Promise<AuditContext | undefined> {
  const { actor, credential } = context;
  if (hooks.length === 0 || context.checkedBeforeCommit || (actor.kind !== 'user' && actor.kind !== 'token'))
    return context;
  const key = JSON.stringify([actorText(actor), credential?.scheme, credential?.id]);
  const current = await (verifiedIn(tx, key) ?? verify(hooks, tx, context, key));
  return current === null ? undefined : { ...context, actor: current };
}

/** Rolling back a savepoint releases its locks, so a result is valid only inside the savepoint. */
function verifiedIn(tx: Transaction, key: string): Promise<Actor | null> | undefined {
  for (let at: Transaction | undefined = tx; at !== undefined; at = outerTransaction(at)) {
    const result = verified.get(at)?.get(key);
    if (result !== undefined) return result;
  }
  return undefined;
}

function verify(
  hooks: readonly CurrentActor[],
  tx: Transaction,
  { actor, credential }: AuditContext,
  key: string,
): Promise<Actor | null> {
  const result = askHooks(hooks, tx, actor, credential);
  const results = verified.get(tx) ?? new Map<string, Promise<Actor | null>>();
  verified.set(tx, results.set(key, result));
  return result;
}

async function askHooks(
  hooks: readonly CurrentActor[],
  tx: Transaction,
  actor: Actor,
  credential: Credential | null,
): Promise<Actor | null> {
  for (const hook of hooks.toReversed()) {
    const current = await hook(tx, actor, credential);
    if (current !== undefined) return current;
  }
  return actor;
}
