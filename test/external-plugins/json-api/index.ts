import { definePlugin } from 'rustio-admin/plugin';
import { createRecord, deleteRecord, listRecords, showRecord, updateRecord } from './records.ts';
import { listQuery, recordInput } from './schemas.ts';
import { bearerOf, lockToken } from './tokens.ts';

/** Every model as JSON under /api, for programs with a bearer token. */
export const jsonApi = definePlugin({
  name: 'json-api',
  api: 1,
  description: 'Records as JSON, with bearer tokens.',
  requires: ['auth'],
  migrations: new URL('./migrations/', import.meta.url),
  events: ['api_token_created'],
  messages: { en: { 'event.api_token_created': 'API token created' } },
  currentActor: () => async (tx, _actor, credential) =>
    credential?.scheme === 'bearer' && !(await lockToken(tx, credential.id)) ? null : undefined,
  authenticators: (app) => [
    {
      scheme: 'bearer',
      ambient: false,
      challenge: 'Bearer',
      authenticate: (ctx) => bearerOf(app, ctx.get('authorization')),
    },
  ],
  routes(routes) {
    const common = { at: 'root', authenticate: 'bearer', format: 'json' } as const;
    const one = '/api/:model/:key';
    routes.add({
      ...common,
      method: 'GET',
      path: '/api/:model',
      access: { permission: 'view' },
      query: listQuery,
      summary: 'List records',
      handler: listRecords,
    });
    routes.add({
      ...common,
      method: 'POST',
      path: '/api/:model',
      access: { permission: 'add' },
      input: recordInput,
      responses: [201],
      summary: 'Create a record',
      handler: createRecord,
    });
    routes.add({
      ...common,
      method: 'GET',
      path: one,
      access: { permission: 'view' },
      summary: 'Read a record',
      handler: showRecord,
    });
    routes.add({
      ...common,
      method: 'PATCH',
      path: one,
      access: { permission: 'change' },
      input: recordInput,
      responses: [200, 409],
      summary: 'Change a record',
      handler: updateRecord,
    });
    routes.add({
      ...common,
      method: 'DELETE',
      path: one,
      access: { permission: 'delete' },
      responses: [204, 409],
      summary: 'Delete a record',
      handler: deleteRecord,
    });
  },
});
