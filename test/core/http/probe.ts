import { definePlugin, type Handler, type Plugin } from 'rustio-admin';

/** A plugin with pages that show how the pipeline processed a request. All are open, so that no access check interferes. */
export function probe(pages: Readonly<Record<string, Handler>> = {}): Plugin {
  return definePlugin({
    name: 'probe',
    api: 1,
    routes(routes) {
      routes.get('/+address', { access: { open: true } }, (ctx) => {
        ctx.body = ctx.state.ip;
      });
      routes.get('/+boom', { access: { open: true } }, () => {
        throw new Error('an internal secret');
      });
      routes.post('/+echo', { access: { open: true }, body: { limit: '1 MB' }, responses: [422] }, (ctx) => {
        const { form } = ctx.state;
        ctx.body = [...(form?.names() ?? [])].map((name) => [name, form?.all(name)]);
        ctx.status = 422;
      });
      for (const [path, page] of Object.entries(pages)) routes.get(path, { access: { open: true } }, page);
    },
  });
}
