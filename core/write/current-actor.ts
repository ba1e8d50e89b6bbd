import { outerTransaction, type Transaction } from '../database/transaction.ts';
import { type Actor, type AuditContext, actorText, type Credential } from '../policy/actor.ts';

/**
 * Reads an actor again inside the transaction that writes, and locks what makes them one (account, session, token) until it
 * ends. What a request knows of its actor is as old as the request: its body may arrive minutes after its headers.
 *
 * It returns the actor as they are now, `null` if they may no longer act (signed out, deactivated, token revoked), or `undefined`
 * to defer to earlier plugins: for actors that it does not know, or for a token whose owner they know. Lock with `for share`, so
 * that the writes of one person do not wait for each other.
 */
export type CurrentActor = (
  tx: Transaction,
  actor: Actor,
  credential: Credential | null,
) => Promise<Actor | null | undefined>;

const verified = new WeakMap<Transaction, Map<string, Promise<Actor | null>>>();

/**
 * The context with its actor as they are now; undefined if they may no longer act. Each actor is read once per transaction. The
 * plugins are asked from the last to the first, and the first one that knows the actor decides.
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

/** A savepoint that is rolled back gives up its locks, so its result holds only inside it. */
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
