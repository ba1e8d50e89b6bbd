import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { Cause } from '../../core/actor.ts';

/** Why a command changes something: somebody with a shell, by his name on the machine. */
export function commandCause(): Cause {
  return {
    actor: { kind: 'command', name: `${whoRuns()}@${hostname()}` },
    correlationId: randomUUID(),
    address: null,
    sessionId: null,
  };
}

function whoRuns(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // a container's user without a line in the passwd file
  }
}
