import { sql } from 'slonik';
import { z } from 'zod';
import type { App, Gate } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { LayoutBlock } from '../../core/http/layout.ts';
import type { Context } from '../../core/request/context.ts';
import { ROLES, type Role } from '../auth/roles.ts';
import type { SessionColumnOf } from '../sessions/extension-points.ts';
import type { SignInStep } from '../sessions/sign-in-steps.ts';
import { reachesTrust } from '../sessions/trust.ts';
import { hasAnyFactor, hasFactor } from './factors.ts';
import { isOff, type MfaOptions, rulesOf } from './options.ts';

/**
 * `off`: the role needs no second factor and is asked for none. `enrolled`: the user has one. `due`: they need one, and the grace
 * period is over. `grace`: they need one, and can work without it for now. `none`: they have none and need none.
 */
const STATES = ['off', 'enrolled', 'due', 'grace', 'none'] as const;

declare module '../sessions/extension-points.ts' {
  interface SessionColumns {
    /** The user's second factor; undefined if it is off for every role. */
    mfa?: (typeof STATES)[number];
  }
}
declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/grace-banner': { readonly url: string };
  }
}
declare module '../sessions/trust.ts' {
  interface TrustLevels {
    /** The password was entered, but not the second factor. */
    mfa_pending: true;
  }
}

export const VERIFY_PAGE = '/mfa';
/** Another form of this page. */
export const VERIFY_PASSKEY = '/mfa/passkey';
export const ENROLMENT_PAGE = '/account/mfa/+enrol';
/** Another way to get a second factor. */
export const NEW_PASSKEY_PAGE = '/account/mfa/passkeys/+new';

/** The state of the user's second factor, read with the session: a comparison of the role, and at most two rows by primary key. */
export function mfaColumn(all: MfaOptions): readonly SessionColumnOf<'mfa'>[] {
  if (isOff(all)) return [];
  const when = (roles: readonly Role[], condition: ReturnType<typeof sql.fragment>, state: string) =>
    roles.length === 0
      ? []
      : [sql.fragment`when u.role in (${literals(roles)}) and ${condition} then ${sql.literalValue(state)}`];
  const withPolicy = (policy: string) => ROLES.filter((role) => rulesOf(all, role).policy === policy);
  const due = withPolicy('required').flatMap((role) => when([role], isOver(rulesOf(all, role).graceDays), 'due'));
  const cases = [
    ...when(withPolicy('off'), sql.fragment`true`, 'off'),
    sql.fragment`when ${hasAnyFactor} then 'enrolled'`,
    ...due,
    ...when(withPolicy('required'), sql.fragment`true`, 'grace'),
  ];
  return [
    {
      name: 'mfa',
      expression: sql.fragment`case ${sql.join(cases, sql.fragment` `)} else 'none' end`,
      schema: z.enum(STATES),
    },
  ];
}

function literals(texts: readonly string[]) {
  return sql.join(
    texts.map((text) => sql.literalValue(text)),
    sql.fragment`, `,
  );
}

/** Sessions that were opened before the rule existed count from their sign-in. */
function isOver(graceDays: number) {
  // fault: grace-starts-again
  return sql.fragment`
    coalesce((select g.started_at from rustio_mfa_grace g where g.user_id = u.id), s.created_at)
      + make_interval(secs => ${sql.literalValue(String(graceDays * 86_400))}) <= now()`;
}

/** Users who have a second factor prove it before they see any other page. */
export const verificationGate: Gate = {
  name: 'mfa',
  page: VERIFY_PAGE,
  leavesReachable: [VERIFY_PASSKEY, `${VERIFY_PASSKEY}/challenge`],
  stage: 'second-factor',
  // fault: second-factor-not-required
  passes: (ctx, app) => !isPending(ctx, app),
};

/**
 * Whether the user of a request still has to prove their second factor. Not only in sessions with the trust level `mfa_pending`: one
 * may have been opened while the plugin was disabled, or by a plugin that runs no sign-in steps. And not in all of them: that level
 * may be the lowest, and stands for those of plugins that are disabled.
 */
export function isPending({ state: { session } }: Context, app: App): boolean {
  if (session === undefined) return false;
  return session.columns.mfa === 'enrolled' && !reachesTrust(app, session.trust, 'mfa_verified');
}

/** Users who need a second factor set one up when the grace period is over. They can still see and end their sessions. */
export const enrolmentGate: Gate = {
  name: 'mfa-enrolment',
  page: ENROLMENT_PAGE,
  stage: 'enrolment',
  leavesReachable: [
    '/reauth',
    '/account/sessions',
    '/account/sessions/end-others',
    '/account/sessions/:id/end',
    NEW_PASSKEY_PAGE,
    `${NEW_PASSKEY_PAGE}/challenge`,
  ],
  // fault: enrolment-not-required
  passes: ({ state: { session } }, app) =>
    session?.columns.mfa !== 'due' || reachesTrust(app, session.trust, 'mfa_verified'),
};

/** Reminds users who need a second factor, on every page, until they have one. */
export const graceBanner: LayoutBlock = {
  name: 'mfa-grace',
  view: 'mfa/grace-banner',
  data: ({ state: { session } }, app) =>
    session?.columns.mfa === 'grace' ? { url: app.urls.to(ENROLMENT_PAGE) } : undefined,
};

/** Asks for the second factor after the password, or starts the grace period of users who need one. */
export function signInStep(app: App): SignInStep {
  const all = app.options('mfa');
  return {
    name: 'mfa',
    async afterVerify(tx, _context, user, { trust }) {
      const { policy } = rulesOf(all, user.role);
      if (policy === 'off' || reachesTrust(app, trust, 'mfa_verified')) return 'done';
      // fault: second-factor-not-asked
      if (await hasFactor(tx, user.id)) return { pending: VERIFY_PAGE, trust: 'mfa_pending' };
      if (policy === 'required') await startGrace(tx, user.id);
      return 'done';
    },
  };
}

/** Starts the grace period of a user, once. An enrolment starts it as well: users who lose their factor get no new one. */
export async function startGrace(query: Query, userId: number): Promise<void> {
  await query.query(sql.unsafe`insert into rustio_mfa_grace (user_id) values (${userId}) on conflict do nothing`);
}

/** When the grace period of a user ends, as PostgreSQL writes it; null if it has not begun. */
export async function graceEnd(query: Query, userId: number, graceDays: number): Promise<string | null> {
  const row = await query.maybeOne(sql.type(z.object({ ends: z.string() }))`
    select (started_at + make_interval(secs => ${graceDays * 86_400}))::text as ends
    from rustio_mfa_grace where user_id = ${userId}
  `);
  return row?.ends ?? null;
}
