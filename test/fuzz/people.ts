import { sql } from 'slonik';
import { z } from 'zod';
import type { Role } from '../../plugins/auth/roles.ts';
import { openSession } from '../../plugins/sessions/open-session.ts';
import type { TestApp } from '../support/app.ts';
import { everything } from './desk.ts';
import type { Somebody } from './request.ts';

/** One whom the fuzzer sends requests for; his session is opened anew when he has lost it. */
export interface Person extends Somebody {
  signIn(): Promise<void>;
}

const RANKS: readonly (readonly [string, Role, readonly string[]])[] = [
  ['user', 'user', everything],
  ['newcomer', 'staff', []],
  ['reader', 'staff', everything.filter((permission) => permission.endsWith('.view'))],
  ['narrow', 'staff', ['thing.view', 'thing.change', 'tag.add', 'profile.delete', 'place.view']],
  ['clerk', 'staff', everything],
  ['second clerk', 'staff', everything],
  ['supervisor', 'supervisor', everything],
  ['administrator', 'administrator', []],
  ['developer', 'developer', []],
];

/** A stranger, and somebody of every rank. Sessions are opened by the rule that sign-in uses, without its costly password. */
export async function peopleOf(desk: TestApp): Promise<readonly Person[]> {
  const people: Person[] = [
    { name: 'stranger', email: undefined, token: undefined, devices: [], signIn: async () => {} },
  ];
  for (const [name, role, permissions] of RANKS) {
    const email = await desk.account(role, permissions);
    const person: Person = {
      name,
      email,
      token: undefined,
      devices: [],
      async signIn() {
        this.token = await sessionOf(desk, email);
      },
    };
    await person.signIn();
    people.push(person);
  }
  return people;
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
