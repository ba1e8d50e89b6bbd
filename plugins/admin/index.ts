import { definePlugin } from '../../core/plugin.ts';
import './widgets.ts';
import './extension-points.ts';
import { adminRegistry } from './admin-registry.ts';
import { indexPage, navigation } from './dashboard-page.ts';
import { adminOptionsSchema } from './define-admin.ts';
import { deletePage, deleteRecord } from './delete-page.ts';
import { detailPage } from './detail-page.ts';
import { filePage } from './file-page.ts';
import { addPage, editPage, saveForm } from './form-page.ts';
import { MODEL_POINTS } from './items-for.ts';
import { chooseListAction, runListAction } from './list-actions.ts';
import { listPage } from './list-page.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { fileLimits } from './receive-files.ts';
import { actionPage, runAction } from './record-actions.ts';
import { recordPages } from './record-head.ts';
import { optionsPage } from './resolve-relations.ts';
import { searchField, searchPage } from './search-page.ts';
import { tabPage } from './tab-page.ts';
import { valuePage } from './value-page.ts';

/** Pages for models: index, list, detail, forms, delete. */
export const admin = definePlugin({
  name: 'admin',
  api: 1,
  description: 'Admin pages for every model: lists, records and forms.',
  options: adminOptionsSchema,
  templates: new URL('../../templates/admin/', import.meta.url),
  messages: { en, ar },
  extensionPoints: ['dashboard.widgets', 'dashboard.panels', 'search.sources', ...MODEL_POINTS],
  provides: { recordPages },
  contributes: {
    'layout.navigationTop': [{ name: 'search', view: 'admin/search-field', data: searchField }],
    'layout.navigation': navigation,
  },
  verify: (app) => adminRegistry(app).problems,
  routes(routes) {
    const may = (permission: 'view' | 'add' | 'change' | 'delete') => ({ access: { permission } });
    const form = { responses: [409], body: { files: fileLimits }, resumable: true };
    // The landing page after sign-in, so it must be open to all signed-in users.
    routes.get('/', { access: { signedIn: true } }, indexPage);
    routes.get('/+search', { access: { signedIn: true } }, searchPage);
    // fault: undeclared-response
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
    routes.get('/:model/:key/+value/:field', may('view'), valuePage);
    routes.get('/:model/:key/+action/:name', may('view'), actionPage);
    routes.post('/:model/:key/+action/:name', { ...may('view'), responses: [409] }, runAction);
    routes.get('/:model/:key/+tab/:name', may('view'), tabPage);
  },
});
