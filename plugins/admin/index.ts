import { definePlugin } from '../../core/plugin.ts';
import './dashboard.ts';
import { deletePage, deleteRecord } from './delete-page.ts';
import { detailPage } from './detail-page.ts';
import { filePage } from './file-page.ts';
import { addPage, editPage, saveForm } from './form-page.ts';
import { historyPage } from './history-page.ts';
import { indexPage } from './index-page.ts';
import { listPage } from './list-page.ts';
import { navigation } from './navigation.ts';
import { adminOptionsSchema } from './options.ts';
import { optionsPage } from './options-page.ts';
import { filesWanted } from './receive-files.ts';
import { sitesOf } from './site.ts';
import { adminWordsArabic } from './words/ar.ts';
import { adminWords } from './words/en.ts';

/** Models to pages: index, list, detail, forms, delete, history. */
export const admin = definePlugin({
  name: 'admin',
  api: 1,
  description: 'Pages for every model: list, detail, forms, history.',
  requires: ['auth', 'sessions', 'audit'],
  options: adminOptionsSchema,
  templates: new URL('../../templates/admin/', import.meta.url),
  words: { en: adminWords, ar: adminWordsArabic },
  slots: ['dashboard.widgets'],
  fills: { navigation },
  verify: (app) => sitesOf(app).problems,
  routes(routes) {
    // Signing in leads here, so everybody who is signed in must find something to go on with.
    routes.get('/', { signedIn: true }, indexPage);
    routes.get('/:model', { permission: 'view' }, listPage, { answers: [400] });
    routes.get('/:model/+new', { permission: 'add' }, addPage);
    routes.post('/:model/+new', { permission: 'add' }, saveForm, { answers: [409], body: { files: filesWanted } });
    routes.get('/:model/+options/:field', { permission: 'view' }, optionsPage);
    routes.get('/:model/:key', { permission: 'view' }, detailPage);
    routes.get('/:model/:key/+edit', { permission: 'change' }, editPage);
    routes.post('/:model/:key/+edit', { permission: 'change' }, saveForm, {
      answers: [409],
      body: { files: filesWanted },
    });
    routes.get('/:model/:key/+delete', { permission: 'delete' }, deletePage);
    routes.post('/:model/:key/+delete', { permission: 'delete' }, deleteRecord, { answers: [409] });
    routes.get('/:model/:key/+file/:field', { permission: 'view' }, filePage, { answers: [304] });
    routes.get('/:model/:key/+history', { permission: 'view' }, historyPage);
  },
});
