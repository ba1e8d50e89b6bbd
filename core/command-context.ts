import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { AuditContext } from './actor.ts';

/**
 * The audit context of a command: somebody with a shell, by their name on the machine.
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
