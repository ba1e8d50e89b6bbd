import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { AuditContext } from '../../core/actor.ts';

/** Why a command changes something: somebody with a shell, by his name on the machine. */
export function commandAuditContext(): AuditContext {
  return {
    actor: { kind: 'command', name: `${whoRuns()}@${hostname()}` },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
}

function whoRuns(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // a container's user without a line in the passwd file
  }
}
