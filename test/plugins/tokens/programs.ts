/** Routes for programs, and tokens to call them with. */
import type { Config } from '../../../core/config.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { auditContext, type Context } from '../../../core/request/context.ts';
import { ALL_ROWS, defineAdmin, defineModel, definePlugin, defineRules, field, sql, z } from '../../../index.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { createToken } from '../../../plugins/tokens/create-token.ts';
import type { TestApp } from '../../support/app.ts';

export const Crate = defineModel('crate', {
  fields: { label: field.text({ max: 40 }), secretNote: field.text({ nullable: true }) },
  label: 'label',
});
export const OF_CRATES = ['crate.view', 'crate.add', 'crate.change', 'crate.delete'];
export const cli = commandAuditContext();

/** Resolved when the access check of a request with the header `x-late` has passed. */
export const late = { admitted: Promise.withResolvers<Context>() };

const programs = definePlugin({
  name: 'programs',
  api: 1,
  requires: ['tokens'],
  middleware: () => [
    {
      name: 'programs-late',
      stage: 'after-access',
      async run(ctx, next) {
        if (ctx.get('x-late') !== '') late.admitted.resolve(ctx);
        await next();
      },
    },
  ],
  routes(routes) {
    const common = { at: 'root', authenticate: 'bearer' } as const;
    routes.add({
      ...common,
      method: 'GET',
      path: '/api/whoami',
      access: { signedIn: true },
      output: z.object({ kind: z.string(), name: z.string(), owner: z.string().nullable() }),
      handler: ({ state: { actor } }) => ({
        kind: actor.kind,
        name: actor.name,
        owner: actor.kind === 'token' ? (actor.onBehalfOf?.name ?? null) : null,
      }),
    });
    routes.add({
      ...common,
      method: 'GET',
      path: '/api/crates',
      access: { permission: 'crate.view' },
      handler: async (ctx, app) => {
        const model = app.models.of(Crate);
        const found = await app.records.find(ctx.state.actor, model, '1');
        return { label: found?.label ?? null, fields: found ? Object.keys(found.row) : [] };
      },
    });
    routes.add({
      ...common,
      method: 'POST',
      path: '/api/crates',
      access: { permission: 'crate.add' },
      input: z.strictObject({ label: z.string() }),
      responses: [201, 403],
      handler: async (ctx, app, { input }) => {
        const written = await app.database.transaction((tx) => app.write.create(tx, auditContext(ctx), Crate, input));
        ctx.status = written.outcome === 'done' ? 201 : 403;
        return { outcome: written.outcome };
      },
    });
    routes.add({
      ...common,
      method: 'GET',
      path: '/api/for-administrators',
      access: { role: 'administrator' },
      handler: () => ({}),
    });
    routes.add({
      ...common,
      method: 'GET',
      path: '/api/recent',
      access: { signedIn: true, recent: true },
      handler: () => ({}),
    });
  },
});

export const config: Partial<Config> = {
  models: [Crate],
  extend: [programs],
  rules: [
    defineRules(Crate, {
      rows: (actor) => (actor.kind === 'user' && actor.role === 'staff' ? sql.fragment`t.label <> 'hidden'` : ALL_ROWS),
      fields: { secretNote: (actor) => actor.kind !== 'user' || actor.role !== 'staff' },
    }),
  ],
  plugins: { admin: { admins: [defineAdmin(Crate, {})] } },
};

/** The id of an account. */
export async function idOf({ app }: TestApp, email: string): Promise<number> {
  return (await findAccountByEmail(app.database, email))?.id ?? 0;
}

/** A token as created by the command line, with its account. */
export interface TestToken {
  readonly text: string;
  readonly id: string;
  readonly userId: number;
  readonly email: string;
}

export async function tokenOf(
  desk: TestApp,
  email: string,
  permissions: readonly string[] = [],
  days?: number,
): Promise<TestToken> {
  const { app } = desk;
  const userId = await idOf(desk, email);
  const request = { userId, name: 'Import', permissions, ...(days !== undefined && { days }) };
  const created = await app.database.transaction((tx) => createToken(tx, cli, app, request));
  if (created.outcome !== 'done') throw new Error(JSON.stringify(created));
  return { text: created.text, id: created.id, userId, email };
}

/** A token of a new account. */
export async function newToken(
  desk: TestApp,
  role: Role,
  permissions: readonly string[] = [],
  scopes: readonly string[] = permissions,
): Promise<TestToken> {
  return tokenOf(desk, await desk.account(role, permissions), scopes);
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A request of a program. */
export async function call(
  desk: TestApp,
  method: string,
  path: string,
  authorization: string | undefined,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(desk.url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

export const bearer = ({ text }: Pick<TestToken, 'text'>): string => `Bearer ${text}`;
