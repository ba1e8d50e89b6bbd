import type { App } from '../../core/app.ts';
import { commandAuditContext } from '../../core/command-context.ts';
import type { SeededPerson } from '../../core/config.ts';
import type { DevelopmentNotes, DevelopmentStart } from '../../core/development.ts';
import { ensureFirstAdministrator } from './first-administrator.ts';
import { knownAdministrator } from './known-administrator.ts';
import { COMMANDING_ROLES } from './roles.ts';

/** Makes sure of an administrator, and reports with which account the reader of the terminal can sign in. */
export async function prepareDevelopment(app: App, start: DevelopmentStart): Promise<DevelopmentNotes> {
  const first = await app.database.transaction((tx) => ensureFirstAdministrator(tx, commandAuditContext(), app.events));
  const created = first === undefined ? start.people : [...start.people, { ...first, role: 'administrator' }];
  return signInNotes(created, await knownAdministrator(app.database), start.command);
}

/**
 * Everyone else above the address; below it, as the last two lines, e-mail and password of an administrator. `existing`: the
 * e-mail address of an active administrator, undefined when there is none.
 */
export function signInNotes(
  created: readonly SeededPerson[],
  existing: string | undefined,
  command: DevelopmentStart['command'],
): Required<DevelopmentNotes> {
  const administrator = created.find(({ role }) => COMMANDING_ROLES.some((each) => each === role));
  const others = created.filter((person) => person !== administrator);
  return {
    aboveAddress: others.map(({ email, password, role }) => `${role}: ${email}  ${password}`),
    belowAddress: administrator
      ? [`E-mail: ${administrator.email}`, `Password: ${administrator.password}`]
      : withoutPassword(existing, command),
  };
}

function withoutPassword(email: string | undefined, command: DevelopmentStart['command']): readonly string[] {
  if (email === undefined) {
    return [
      'E-mail: none; there is no active administrator',
      `Password: create one with: ${command('user create --email you@example.org --role administrator')}`,
    ];
  }
  return [`E-mail: ${email}`, `Password: unchanged; set a new one with: ${command(`user password ${email}`)}`];
}
