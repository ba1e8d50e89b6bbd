import { type AnyModel, definePlugin, hooksFor, type NoOptions, RustioError, sql } from 'rustio-admin/plugin';

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    tenancy: NoOptions;
  }
}

/** The first label of the host name: `acme.desk.example` is the tenant `acme`. */
const TENANT = /^([a-z][a-z0-9-]{0,30})\./;

/**
 * Row-level security by host name. Tables of the models have a column `tenant` and a policy that compares it with
 * `current_setting('app.tenant')`; PostgreSQL itself keeps tenants apart, whatever the code forgets.
 */
export function tenancy(models: readonly AnyModel[]) {
  return definePlugin({
    name: 'tenancy',
    api: 1,
    description: 'One database, several tenants.',
    scope(ctx) {
      const [, tenant] = TENANT.exec(ctx.get('host')) ?? [];
      if (tenant === undefined) throw unknownTenant();
      return { settings: { 'app.tenant': tenant } };
    },
    hooks: () =>
      models.map((model) =>
        hooksFor(model, {
          // Nobody says whose row it is: the database does, from the same setting that its policy reads.
          async beforeSave(tx, { action }) {
            if (action !== 'create') return undefined;
            const tenant = await tx.oneFirst(sql.unsafe`select current_setting('app.tenant')`);
            return { values: { tenant } as object };
          },
        }),
      ),
  });
}

function unknownTenant(): RustioError {
  return new RustioError(
    'RIO-TENANCY-HOST',
    {
      problem: 'This address belongs to no tenant.',
      why: 'The tenant is the first part of the host name.',
      fix: 'Use the address that your administrator gave you.',
      retry: 'With that address.',
    },
    { status: 404 },
  );
}
