import { definePlugin } from '../../core/plugin.ts';
import './dashboard.ts';
import './extension-points.ts';
import { deletePage, deleteRecord } from './delete-page.ts';
import { detailPage } from './detail-page.ts';
import { filePage } from './file-page.ts';
import { addPage, editPage, saveForm } from './form-page.ts';
import { indexPage } from './index-page.ts';
import { MODEL_POINTS } from './items-for.ts';
import { chooseListAction, runListAction } from './list-actions.ts';
import { listPage } from './list-page.ts';
import { navigation } from './navigation.ts';
import { adminOptionsSchema } from './options.ts';
import { optionsPage } from './options-page.ts';
import { fileLimits } from './receive-files.ts';
import { actionPage, runAction } from './record-actions.ts';
import { recordPages } from './record-pages.ts';
import { searchField, searchPage } from './search-page.ts';
import { sitesOf } from './site.ts';
import { tabPage } from './tab-page.ts';
import { adminWordsArabic } from './words/ar.ts';
import { adminWords } from './words/en.ts';

/** Models to pages: index, list, detail, forms, delete. */
export const admin = definePlugin({
  name: 'admin',
  api: 1,
  description: 'Pages for every model: list, detail, forms.',
  options: adminOptionsSchema,
  templates: new URL('../../templates/admin/', import.meta.url),
  messages: { en: adminWords, ar: adminWordsArabic },
  extensionPoints: ['dashboard.widgets', 'dashboard.panels', 'search.sources', ...MODEL_POINTS],
  provides: { recordPages },
  contributes: {
    'layout.navigationTop': [{ name: 'search', view: 'admin/search-field', data: searchField }],
    'layout.navigation': navigation,
  },
  verify: (app) => sitesOf(app).problems,
  routes(routes) {
    const may = (permission: 'view' | 'add' | 'change' | 'delete') => ({ access: { permission } });
    const form = { responses: [409], body: { files: fileLimits }, resumable: true };
    // Signing in leads here, so all signed-in users must find something to go on with.
    routes.get('/', { access: { signedIn: true } }, indexPage);
    routes.get('/+search', { access: { signedIn: true } }, searchPage);
    routes.get('/:model', { ...may('view'), responses: [400] }, listPage);
    routes.get('/:model/+new', may('add'), addPage);
    routes.post('/:model/+new', { ...may('add'), ...form }, saveForm);
    routes.get('/:model/+options/:field', may('view'), optionsPage);
    routes.post('/:model/+actions', { ...may('view'), responses: [200] }, chooseListAction);
    routes.post('/:model/+actions/:name', may('view'), runListAction);
    routes.get('/:model/:key', may('view'), detailPage);
    routes.get('/:model/:key/+edit', may('change'), editPage);
    routes.post('/:model/:key/+edit', { ...may('change'), ...form }, saveForm);
    routes.get('/:model/:key/+delete', may('delete'), deletePage);
    routes.post('/:model/:key/+delete', { ...may('delete'), responses: [409] }, deleteRecord);
    routes.get('/:model/:key/+file/:field', { ...may('view'), responses: [304] }, filePage);
    routes.get('/:model/:key/+action/:name', may('view'), actionPage);
    routes.post('/:model/:key/+action/:name', { ...may('view'), responses: [409] }, runAction);
    routes.get('/:model/:key/+tab/:name', may('view'), tabPage);
  },
});
