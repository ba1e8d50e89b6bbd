import { definePlugin } from 'rustio-admin/plugin';

/** Two routes that do nothing: the difference between their times is what a session costs. */
export const probe = definePlugin({
  name: 'probe',
  api: 1,
  routes(routes) {
    routes.get('/probe/open', { access: { open: true } }, (ctx) => {
      ctx.body = 'ok';
    });
    routes.get('/probe/signed-in', { access: { signedIn: true } }, (ctx) => {
      ctx.body = 'ok';
    });
  },
});
