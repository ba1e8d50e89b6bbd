import { type AnyModel, definePlugin, hooksFor, sql, z } from 'rustio-admin/plugin';

const options = z.strictObject({
  /** The role that serves requests. PostgreSQL applies policies to it, and not to the owner of the tables. */
  role: z.string().regex(/^[a-z_]+$/),
});
declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    tenancy: typeof options;
  }
}

/** The first label of the host name: `acme.desk.example` is the tenant `acme`. */
const TENANT = /^([a-z][a-z0-9-]{0,30})\.desk\.example$/;
const current = sql.type(z.object({ tenant: z.string() }))`select current_setting('app.tenant') as tenant`;

/**
 * Row-level security by host name. Tables of the models have a column `tenant` and a policy that compares it with
 * `current_setting('app.tenant')`; PostgreSQL itself keeps tenants apart, whatever the code forgets. At a host that belongs to no
 * tenant there are no rows.
 */
export function tenancy(models: readonly AnyModel[]) {
  return definePlugin({
    name: 'tenancy',
    api: 1,
    description: 'One database, several tenants.',
    options,
    scope(ctx, app) {
      const [, tenant = ''] = TENANT.exec(ctx.get('host')) ?? [];
      return { settings: { role: app.options('tenancy').role, 'app.tenant': tenant } };
    },
    hooks: () => [
      hooksFor('*', {
        // The database sets the owner of the row, from the same setting that its policy reads.
        async beforeSave(tx, { action, model }) {
          if (action !== 'create' || !models.includes(model.model)) return undefined;
          return { values: { tenant: await tx.oneFirst(current) } };
        },
      }),
    ],
  });
}
