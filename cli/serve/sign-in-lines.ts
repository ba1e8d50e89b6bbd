import type { SeededPerson } from '../../core/config.ts';

/** Who can sign in after a start: people who were just made, and else whom we know to be there. */
export interface SignIn {
  /** With passwords that are shown this once. */
  readonly made: readonly SeededPerson[];
  /** The e-mail address of an active administrator; undefined when there is none. */
  readonly known: string | undefined;
}

/**
 * The last lines of a start: other people first, then address, e-mail and password of an administrator, in this order.
 * `option`: what a command needs to find the project from here, ` --project starters/strikes`; empty in its own folder.
 */
export function signInLines(address: string, { made, known }: SignIn, option = ''): string[] {
  const chief = made.find(({ role }) => role === 'administrator' || role === 'developer');
  const others = made.filter((person) => person !== chief);
  return [
    ...others.map(({ email, password, role }) => `${role}: ${email}  ${password}`),
    ...(others.length > 0 ? [''] : []),
    `Admin: ${address}`,
    ...(chief === undefined ? unchanged(known, option) : [`E-mail: ${chief.email}`, `Password: ${chief.password}`]),
  ];
}

function unchanged(email: string | undefined, option: string): string[] {
  if (email === undefined) {
    return [
      'E-mail: none; there is no active administrator',
      `Password: make one with: npx rustio-admin user create --email you@example.org --role administrator${option}`,
    ];
  }
  return [
    `E-mail: ${email}`,
    `Password: unchanged; set a new one with: npx rustio-admin user password ${email}${option}`,
  ];
}
