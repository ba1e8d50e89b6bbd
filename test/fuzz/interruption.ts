/** What happens to a user between the access check of a request and its body: their session ends, or they lose their rights. */
import { sql } from 'slonik';
import { z } from 'zod';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { findAccountByEmail } from '../../plugins/auth/account.ts';
import { changeRole, setActive } from '../../plugins/auth/change-account.ts';
import { addToGroup, removeFromGroup } from '../../plugins/auth/group-members.ts';
import type { Role } from '../../plugins/auth/roles.ts';
import { revokeSessions } from '../../plugins/sessions/end-sessions.ts';
import type { TestApp } from '../support/app.ts';
import { allPermissions } from './application.ts';
import type { Random } from './random.ts';
import { type User, userOf } from './users.ts';

/** `unchanged`: nothing happens, so that a late body alone does not prevent a write. */
const KINDS = ['unchanged', 'signed out', 'deactivated', 'demoted', 'stripped of permissions'] as const;
type Kind = (typeof KINDS)[number];

export interface Interruption {
  readonly user: User;
  readonly kind: Kind;
  /** Whether it has happened before the rest of the body is sent, or happens while that is being processed. */
  readonly isBefore: boolean;
  happen(): Promise<void>;
  /** Undoes it. Returns whether the request has stored what it must not. */
  end(requestId: string): Promise<{ readonly stored: boolean; readonly problem: string | undefined }>;
}

const cli = commandAuditContext();

/** Users who can be interrupted, one request of each at a time. */
export class Interruptions {
  /** How many requests stored something, by what happened to their users. */
  readonly stored = new Map<Kind, number>();
  readonly total = new Map<Kind, number>();
  readonly #app: TestApp;
  readonly #free: Victim[];

  private constructor(app: TestApp, victims: Victim[]) {
    this.#app = app;
    this.#free = victims;
  }

  static async of(app: TestApp): Promise<Interruptions> {
    const victims: Victim[] = [];
    for (const role of ['staff', 'supervisor', 'developer'] as const) victims.push(await victimOf(app, role));
    return new Interruptions(app, victims);
  }

  /** Undefined while all of them are busy. */
  next(random: Random): Interruption | undefined {
    const at = random.int(this.#free.length);
    const [victim] = this.#free.splice(at, 1);
    if (victim === undefined) return undefined;
    // Developers have every permission without a group.
    const kind = random.pick(victim.role === 'developer' ? KINDS.slice(0, -1) : KINDS);
    let snapshot: string | undefined;
    return {
      user: victim.user,
      kind,
      isBefore: random.percent(70),
      happen: async () => {
        await interrupt(this.#app, victim, kind);
        snapshot = await nextTransaction(this.#app);
      },
      end: async (requestId) => {
        const late = snapshot === undefined ? 0 : await entriesAfter(this.#app, requestId, snapshot);
        const all = await entriesAfter(this.#app, requestId, '0');
        await restore(this.#app, victim);
        this.#free.push(victim);
        this.total.set(kind, (this.total.get(kind) ?? 0) + 1);
        if (all > 0) this.stored.set(kind, (this.stored.get(kind) ?? 0) + 1);
        const isWrong = kind !== 'unchanged' && late > 0;
        return { stored: all > 0, problem: isWrong ? `stored ${late} changes of a user who was ${kind}` : undefined };
      },
    };
  }
}

interface Victim {
  readonly user: User;
  readonly id: number;
  readonly role: Role;
  /** The group with the permissions. */
  readonly group: string;
}

async function victimOf(app: TestApp, role: Role): Promise<Victim> {
  const email = await app.account(role, allPermissions);
  const account = await findAccountByEmail(app.app.database, email);
  const user = userOf(app, `leaving ${role}`, email);
  await user.signIn();
  return { user, id: account?.id ?? 0, role, group: `of ${email}` };
}

async function interrupt({ app }: TestApp, { id, group }: Victim, kind: Kind): Promise<void> {
  const { database, events } = app;
  await database.transaction(async (tx) => {
    if (kind === 'signed out')
      await revokeSessions(tx, cli, events, { which: { allOf: id }, reason: 'user_requested', via: 'all' });
    if (kind === 'deactivated') await setActive(tx, cli, events, id, false);
    if (kind === 'demoted') await changeRole(tx, cli, events, id, 'user');
    if (kind === 'stripped of permissions') await removeFromGroup(tx, cli, app, group, id);
  });
}

async function restore({ app }: TestApp, { id, group, role, user }: Victim): Promise<void> {
  const { database, events } = app;
  await database.transaction((tx) => setActive(tx, cli, events, id, true));
  await database.transaction((tx) => changeRole(tx, cli, events, id, role));
  await database.transaction((tx) => addToGroup(tx, cli, app, group, id));
  await user.signIn();
}

/** Every transaction that begins to write from now on has at least this number. */
async function nextTransaction({ app }: TestApp): Promise<string> {
  return app.database.oneFirst(
    sql.type(z.object({ n: z.string() }))`select pg_snapshot_xmax(pg_current_snapshot())::text as n`,
  );
}

/** How many changes of rows a request has recorded in transactions from this number on. */
async function entriesAfter({ app }: TestApp, requestId: string, transaction: string): Promise<number> {
  return app.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::int as n
    from rustio_audit
    where correlation_id = ${requestId} and event in ('create', 'update', 'delete') and xmin::text::bigint >= ${transaction}::bigint
  `);
}
