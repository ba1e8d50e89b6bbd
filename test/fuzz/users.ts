import { sql } from 'slonik';
import { z } from 'zod';
import type { Role } from '../../plugins/auth/roles.ts';
import { openSession } from '../../plugins/sessions/open-session.ts';
import type { TestApp } from '../support/app.ts';
import { allPermissions } from './application.ts';
import type { Sender } from './request.ts';

/** A user whose requests the fuzzer sends; a lost session is opened again. */
export interface User extends Sender {
  signIn(): Promise<void>;
}

const ROLES: readonly (readonly [string, Role, readonly string[]])[] = [
  ['user', 'user', allPermissions],
  ['newcomer', 'staff', []],
  ['reader', 'staff', allPermissions.filter((permission) => permission.endsWith('.view'))],
  ['narrow', 'staff', ['thing.view', 'thing.change', 'tag.add', 'profile.delete', 'place.view']],
  ['clerk', 'staff', allPermissions],
  ['second clerk', 'staff', allPermissions],
  ['supervisor', 'supervisor', allPermissions],
  ['administrator', 'administrator', []],
  ['developer', 'developer', []],
];

/** An anonymous user, and one of each role. Sessions are opened like those of sign-ins, without the slow password check. */
export async function usersOf(app: TestApp): Promise<readonly User[]> {
  const users: User[] = [
    { name: 'anonymous', email: undefined, token: undefined, devices: [], signIn: async () => {} },
  ];
  for (const [name, role, permissions] of ROLES) {
    const user = userOf(app, name, await app.account(role, permissions));
    await user.signIn();
    users.push(user);
  }
  return users;
}

/** The user of an account, who has not signed in yet. */
export function userOf(app: TestApp, name: string, email: string): User {
  return {
    name,
    email,
    token: undefined,
    devices: [],
    async signIn() {
      this.token = await sessionOf(app, email);
    },
  };
}

function sessionOf({ app }: TestApp, email: string): Promise<string> {
  return app.database.transaction(async (tx) => {
    const { id } = await tx.one(
      sql.type(z.object({ id: z.string() }))`select id from rustio_user where email = ${email}`,
    );
    const session = { userId: Number(id), ip: null, userAgent: 'fuzz' };
    return (await openSession(tx, session, app.options('sessions'))).token;
  });
}
