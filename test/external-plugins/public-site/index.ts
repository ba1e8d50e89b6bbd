import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  ALL_ROWS,
  type AnyModel,
  type App,
  type AuditContext,
  type Context,
  definePlugin,
  jobActor,
  jsonRow,
  notFound,
  type PolicyPart,
  RustioError,
  sql,
  z,
} from 'rustio-admin/plugin';

const options = z.strictObject({ title: z.string().default('Blog') });
declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    'public-site': typeof options;
  }
  interface PluginEnvironment {
    'public-site': { readonly SITE_WEBHOOK_SECRET: z.ZodDefault<z.ZodString> };
  }
}

/** The public reads with the permissions of this job: published posts only. */
const reader = jobActor('public-site', ['post.view']);
/** The webhook changes posts with the permissions of this one. */
const publisher = jobActor('publisher', ['post.view', 'post.change']);

const CSP = "default-src 'none'; style-src 'self'; img-src 'self' https:";
const PUBLIC = { at: 'root', access: { open: true }, authenticate: 'none' } as const;

/** A site beside the admin: posts that are published, at `/` and `/blog/:slug`, and a webhook that publishes them. */
export function publicSite(Post: AnyModel) {
  const published: PolicyPart = {
    rows: (actor, _action, model) => (actor === reader && model.model === Post ? sql.fragment`t.published` : ALL_ROWS),
  };
  return definePlugin({
    name: 'public-site',
    api: 1,
    description: 'A public site with a webhook.',
    requires: ['auth'],
    options,
    environment: { SITE_WEBHOOK_SECRET: z.string().min(16).default('only-for-development') },
    templates: new URL('./templates/', import.meta.url),
    policies: () => [published],
    routes(routes) {
      const page = { ...PUBLIC, headers: { 'content-security-policy': CSP, 'cache-control': 'public, max-age=60' } };
      routes.get('/', page, (ctx, app) => home(ctx, app, Post));
      routes.get('/blog/:slug', page, (ctx, app) => post(ctx, app, Post));
      routes.get('/robots.txt', { ...page, format: 'json' }, (ctx) => {
        ctx.type = 'text/plain';
        ctx.body = 'User-agent: *\nDisallow: /admin\n';
      });
      routes.add({
        ...PUBLIC,
        method: 'POST',
        path: '/hooks/publish',
        csrf: 'none',
        format: 'json',
        body: { kind: 'raw', limit: '10 KB' },
        responses: [202, 401, 404, 422],
        summary: 'Publish a post; signed with HMAC-SHA256 over the body',
        handler: (ctx, app) => publish(ctx, app, Post),
      });
    },
  });
}

async function home(ctx: Context, app: App, Post: AnyModel): Promise<void> {
  const model = app.models.of(Post);
  const rows = await app.database.any(sql.type(z.object({ slug: z.string() }))`
    select slug from post where published order by title limit 20
  `);
  const records = await Promise.all(rows.map(({ slug }) => app.records.find(reader, model, slug)));
  const posts = records.flatMap((each) => (each ? [{ url: `/blog/${each.key}`, title: each.label }] : []));
  app.views.page(ctx, 'public-site/home', {
    frame: 'public-site/frame',
    title: app.options('public-site').title,
    posts,
  });
}

async function post(ctx: Context, app: App, Post: AnyModel): Promise<void> {
  const model = app.models.of(Post);
  const record = await app.records.find(reader, model, ctx.state.params.slug ?? '');
  if (!record) throw notFound();
  app.views.page(ctx, 'public-site/post', {
    frame: 'public-site/frame',
    title: record.label,
    post: jsonRow(model, record.row),
  });
}

const body = z
  .string()
  .transform((text, { addIssue }): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      addIssue('This is not JSON.');
    }
  })
  .pipe(z.strictObject({ slug: z.string() }));

async function publish(ctx: Context, app: App, Post: AnyModel): Promise<unknown> {
  const raw = ctx.state.body;
  if (!Buffer.isBuffer(raw) || !isSigned(raw, ctx.get('x-signature'), app)) throw unsigned();
  const { data } = body.safeParse(raw.toString());
  if (!data) throw malformed();
  const context: AuditContext = {
    actor: publisher,
    correlationId: ctx.state.correlationId,
    ip: ctx.state.ip,
    credential: null,
  };
  const model = app.models.of(Post);
  const written = await app.database.transaction((tx) =>
    app.write.updateAny(tx, context, model, data.slug, { published: true }),
  );
  if (written.outcome === 'missing') throw notFound();
  ctx.status = 202;
  return { outcome: written.outcome };
}

function isSigned(raw: Buffer, signature: string, app: App): boolean {
  const { SITE_WEBHOOK_SECRET: secret } = app.pluginEnvironment('public-site');
  const expected = createHmac('sha256', secret).update(raw).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function malformed(): RustioError {
  return new RustioError(
    'RIO-SITE-BODY',
    {
      problem: 'The body is not of the expected form.',
      why: 'The webhook takes `{"slug": "…"}`.',
      fix: 'Send the slug of a post.',
      retry: 'With a valid body.',
    },
    { status: 422 },
  );
}

function unsigned(): RustioError {
  return new RustioError(
    'RIO-SITE-SIGNATURE',
    {
      problem: 'The signature is missing or wrong.',
      why: 'The body must be signed with the shared secret.',
      fix: 'Send its HMAC-SHA256 in hex as `X-Signature`.',
      retry: 'With a valid signature.',
    },
    { status: 401 },
  );
}
