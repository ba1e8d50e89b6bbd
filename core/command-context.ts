import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { AuditContext } from './actor.ts';

/**
 * The audit context of a command: a user with a shell, identified by their login name.
 *
 * @example
 * await app.database.transaction((tx) => app.write.remove(tx, commandAuditContext(), Order, key));
 */
export function commandAuditContext(): AuditContext {
  return {
    actor: { kind: 'command', name: `${userName()}@${hostname()}` },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // a container's user without a line in the passwd file
  }
}
