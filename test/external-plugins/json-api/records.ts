import {
  type App,
  auditContext,
  type Context,
  compileListing,
  forbidden,
  jsonRow,
  keyText,
  type ModelInfo,
  notFound,
  type Problem,
  RustioError,
  readJson,
} from 'rustio-admin/plugin';

/** GET /api/:model */
export async function listRecords(ctx: Context, app: App): Promise<unknown> {
  const model = modelOf(ctx);
  const { actor } = ctx.state;
  const fields = [...model.fields.keys()];
  const filters = model.stored.filter((field) => field.type.filter !== 'none').map(({ name }) => name);
  const { listing } = compileListing(model, { list: fields, filters });
  const params = new URLSearchParams(ctx.querystring);
  const { parsed } = await app.records.parseListQuery(actor, listing, params, 'UTC');
  if (!parsed.ok)
    throw rejected(
      400,
      parsed.problems.map(({ name, why }) => ({ path: name, message: why })),
    );
  const page = await app.records.list(actor, listing, parsed.query);
  return {
    records: page.rows.map((row) => ({ key: keyText(model, row), ...jsonRow(model, row) })),
    next: page.next ?? null,
  };
}

/** GET /api/:model/:key */
export async function showRecord(ctx: Context, app: App): Promise<unknown> {
  const model = modelOf(ctx);
  const record = await app.records.findWhole(ctx.state.actor, model, ctx.state.params.key ?? '');
  if (!record) throw notFound();
  return { key: record.key, version: record.version, ...jsonRow(model, record.row) };
}

type Input = { readonly input: Record<string, unknown> };

/** POST /api/:model */
export async function createRecord(ctx: Context, app: App, { input }: Input): Promise<unknown> {
  const model = modelOf(ctx);
  const { values, problems } = readJson(model, input, {
    policy: app.policy,
    actor: ctx.state.actor,
    text: ctx.state.bodyText,
  });
  if (problems.length > 0) throw invalid(ctx, problems);
  const written = await app.database.transaction((tx) => app.write.createAny(tx, auditContext(ctx), model, values));
  if (written.outcome === 'invalid') throw invalid(ctx, written.problems);
  if (written.outcome !== 'done') throw forbidden();
  ctx.status = 201;
  return { key: written.key };
}

/** PATCH /api/:model/:key; `If-Match` with the version that was read prevents overwriting another user's change. */
export async function updateRecord(ctx: Context, app: App, { input }: Input): Promise<unknown> {
  const model = modelOf(ctx);
  const { values, problems } = readJson(model, input, {
    policy: app.policy,
    actor: ctx.state.actor,
    text: ctx.state.bodyText,
  });
  if (problems.length > 0) throw invalid(ctx, problems);
  const key = ctx.state.params.key ?? '';
  const version = ctx.get('if-match') || undefined;
  const written = await app.database.transaction((tx) =>
    app.write.updateAny(tx, auditContext(ctx), model, key, values, version),
  );
  switch (written.outcome) {
    case 'done':
      return { key: written.key, changed: written.changed };
    case 'invalid':
      throw invalid(ctx, written.problems);
    case 'conflict':
      throw rejected(
        409,
        written.fields.map((path) => ({ path, message: 'changed meanwhile' })),
      );
    case 'missing':
      throw notFound();
    case 'forbidden':
      throw forbidden();
  }
}

/** DELETE /api/:model/:key */
export async function deleteRecord(ctx: Context, app: App): Promise<void> {
  const model = modelOf(ctx);
  const key = ctx.state.params.key ?? '';
  const removed = await app.database.transaction((tx) => app.write.remove(tx, auditContext(ctx), model.model, key));
  if (removed.outcome === 'missing') throw notFound();
  if (removed.outcome === 'forbidden') throw forbidden();
  if (removed.outcome !== 'done') throw rejected(409, [{ path: '', message: removed.outcome }]);
  ctx.status = 204;
}

/** Routes with `:model` only match existing models. */
function modelOf({ state: { model } }: Context): ModelInfo {
  if (!model) throw notFound();
  return model;
}

function invalid({ state: { t } }: Context, problems: readonly Problem[]): RustioError {
  return rejected(
    422,
    problems.map(({ field, issue }) => ({ path: field ?? '', message: t(issue.key, issue.params) })),
  );
}

function rejected(status: 400 | 409 | 422, issues: readonly { path: string; message: string }[]): RustioError {
  return new RustioError(
    'RIO-API-REFUSED',
    {
      problem: 'The request was rejected.',
      why: issues.map(({ path, message }) => `${path}: ${message}`).join('; '),
      fix: 'Correct what `issues` lists.',
      retry: 'After the correction.',
    },
    { status, issues },
  );
}
