/** Every page of the admin with plausible data, as `ViewTypes` declares it, and hostile text where text comes from people. */

import { fieldSuffixes, formNames } from '../../core/form/form-protocol.ts';
import { createViews } from '../../core/http/views.ts';
import { coreMessagesArabic } from '../../core/messages/ar.ts';
import { createCatalogue } from '../../core/messages/catalogue.ts';
import { coreMessages } from '../../core/messages/en.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { createUrls } from '../../core/request/urls.ts';
import type { PageData, PageHelpers, ViewTypes } from '../../core/request/views.ts';
import { ar as accountMessagesArabic } from '../../plugins/accounts/messages/ar.ts';
import { en as accountMessages } from '../../plugins/accounts/messages/en.ts';
import { ar as adminMessagesArabic } from '../../plugins/admin/messages/ar.ts';
import { en as adminMessages } from '../../plugins/admin/messages/en.ts';
import { ar as auditMessagesArabic } from '../../plugins/audit/messages/ar.ts';
import { en as auditMessages } from '../../plugins/audit/messages/en.ts';
import { ar as sessionsMessagesArabic } from '../../plugins/sessions/messages/ar.ts';
import { en as sessionsMessages } from '../../plugins/sessions/messages/en.ts';
import { ar as themeMessagesArabic } from '../../plugins/theme/messages/ar.ts';
import { en as themeMessages } from '../../plugins/theme/messages/en.ts';

const TEMPLATES = new URL('../../templates/', import.meta.url);
export const HOSTILE = `<img src=x onerror=alert(1)>"'&`;

const words = createCatalogue([
  { en: coreMessages, ar: coreMessagesArabic },
  { en: adminMessages, ar: adminMessagesArabic },
  { en: auditMessages, ar: auditMessagesArabic },
  { en: themeMessages, ar: themeMessagesArabic },
  { en: accountMessages, ar: accountMessagesArabic },
  { en: sessionsMessages, ar: sessionsMessagesArabic },
]);
const views = createViews(
  [
    { prefix: 'admin', folder: new URL('admin/', TEMPLATES) },
    { prefix: 'layout', folder: new URL('layout/', TEMPLATES) },
    { names: ['audit/changes', 'audit/export', 'audit/history', 'audit/recent', 'audit/request'], folder: TEMPLATES },
    { prefix: 'theme', folder: new URL('theme/', TEMPLATES) },
    { prefix: 'accounts', folder: new URL('accounts/', TEMPLATES) },
    { prefix: 'sessions', folder: new URL('sessions/', TEMPLATES) },
  ],
  () => {
    throw new Error('a part needs no application');
  },
);
export const viewNames = views.names;

const signedIn: ViewTypes['sessions/user-menu'] = {
  name: 'Maren Holt',
  role: 'Administrator',
  accountUrl: '/admin/account',
  signOutUrl: '/admin/logout',
};

/** What every filter has, whatever its shape. */
const filter = { values: [], chosen: [], from: '', to: '', input: 'text', optionsUrl: '' };

/** A whole document, in the frame or bare. */
export function renderPage({ view, data, bare = false }: SamplePage, locale = 'en'): string {
  const helpers: Omit<PageHelpers, 'include'> = {
    t: words.translate(locale),
    locale,
    dir: locale === 'ar' ? 'rtl' : 'ltr',
    timeZone: 'UTC',
    htmlAttributes: {},
    actor,
    correlationId: '01JD4Y7Q8ZKT3W5B0N6M2XGHCE',
    path: '/admin/strikes',
    appName: 'Wildlife strikes',
    dev: false,
    urls: createUrls('/admin', 'http://127.0.0.1', (file) => file),
    homeUrl: '/admin',
    formToken: 'TOKEN',
    formNames,
    fieldSuffixes,
    message: undefined,
    navigation: [
      { label: 'Desk', items: [{ label: 'Strikes', url: '/admin/strikes', current: true }] },
      {
        label: 'Reference',
        items: ['Airports', 'Operators'].map((label) => ({ label, url: '/admin/x', current: false })),
      },
    ],
  };
  const it = { ...helpers, ...data };
  const userMenu =
    views.partial('theme/switch', { ...it, action: '/admin/+theme', theme: 'system', next: '/admin' }) +
    views.partial('sessions/user-menu', { ...it, ...signedIn });
  const blocks = {
    'layout.head': '',
    'layout.banner': '',
    'layout.navigationTop': '',
    'layout.userMenu': userMenu,
    'layout.footer': '',
  };
  return views.partial(bare ? 'layout/bare' : 'layout/frame', { ...it, blocks, body: views.partial(view, it) });
}

const actor: UserActor = {
  kind: 'user',
  id: 1,
  name: 'maren@desk.example',
  displayName: 'Maren Holt',
  role: 'administrator',
  permissions: new Set(),
};

const model = { listUrl: '/admin/strikes', plural: 'Strikes' };
const tabs = [{ label: HOSTILE, url: '/admin/strikes/7/+history', current: false }];
const head: ViewTypes['admin/record-head']['head'] = {
  title: HOSTILE,
  listUrl: '/admin/strikes',
  plural: 'Strikes',
  editUrl: '/admin/strikes/7/+edit',
  deleteUrl: '/admin/strikes/7/+delete',
  actions: [{ label: 'Publish', url: '/admin/strikes/7/+action/publish', icon: 'upload', tone: 'neutral' }],
  moreActions: [{ label: HOSTILE, url: '/admin/strikes/7/+action/wipe', icon: 'trash', tone: 'bad' }],
  tabs: [
    { label: 'Record', url: '/admin/strikes/7', current: true },
    { label: HOSTILE, url: '/admin/strikes/7/+history', current: false },
  ],
};
const panel: ViewTypes['admin/panel']['panel'] = { title: HOSTILE, view: 'layout/token', data: {}, report: () => {} };
const field = { help: '', required: false, readOnly: false, value: '', wide: false };
const lines = (label: string): ViewTypes['admin/delete']['alsoDeleted'] => [
  { label, rows: 412, more: true, url: '/admin/strikes' },
];

const form: ViewTypes['admin/form'] = {
  ...model,
  recordUrl: '/admin/strikes/7',
  recordLabel: HOSTILE,
  title: 'Edit strike',
  heading: 'Edit strike',
  multipart: false,
  mayStay: true,
  mayAddMore: true,
  tabs,
  deleteUrl: '/admin/strikes/7/+delete',
  action: '/admin/strikes/7/+edit',
  formId: 'once',
  version: '12',
  shown: '[]',
  added: [{ name: 'notes', title: HOSTILE, view: 'layout/token', data: {} }],
  errors: [{ label: 'Speed', text: 'Write a whole number.', anchor: 'speed' }, { text: HOSTILE }],
  conflict: { fields: ['State', 'Officer'], freshUrl: '/admin/strikes/7' },
  sections: [
    {
      title: 'What happened',
      fields: [
        { ...field, id: 'date', name: 'date', label: 'Date', widget: 'date', value: '2001-11-30', required: true },
        { ...field, id: 'hour', name: 'hour', label: 'Time', widget: 'time', value: '09:30' },
        { ...field, id: 'at', name: 'at', label: 'Reported', widget: 'datetime-local', value: '2001-11-30T09:30' },
        {
          ...field,
          id: 'title',
          name: 'title',
          label: 'Title',
          widget: 'text',
          value: HOSTILE,
          help: HOSTILE,
          maxlength: 80,
        },
        {
          ...field,
          id: 'speed',
          name: 'speed',
          label: 'Speed',
          widget: 'number',
          value: '14O',
          unit: 'kt',
          error: 'Write a whole number.',
          help: 'Indicated air speed.',
        },
        { ...field, id: 'cost', name: 'cost', label: 'Cost', widget: 'decimal', value: '48704.00', unit: '$' },
        { ...field, id: 'military', name: 'military', label: 'Military', widget: 'checkbox', value: 'true' },
        {
          ...field,
          id: 'phase',
          name: 'phase',
          label: 'Phase',
          widget: 'select',
          options: [
            { value: 'climb', label: 'Climb', checked: true },
            { value: 'approach', label: 'Approach', checked: false },
          ],
        },
        {
          ...field,
          id: 'size',
          name: 'size',
          label: 'Size',
          widget: 'radios',
          required: true,
          options: [
            { value: 's', label: 'Small', checked: false },
            { value: 'l', label: 'Large', checked: true },
          ],
        },
        { ...field, id: 'remarks', name: 'remarks', label: 'Remarks', widget: 'textarea', value: HOSTILE, wide: true },
        { ...field, id: 'mail', name: 'mail', label: 'Email', widget: 'email', value: HOSTILE, required: true },
        { ...field, id: 'phone', name: 'phone', label: 'Phone', widget: 'phone', value: '+4930123456' },
        { ...field, id: 'home', name: 'home', label: 'Home page', widget: 'url', value: HOSTILE, error: HOSTILE },
        { ...field, id: 'paint', name: 'paint', label: 'Paint', widget: 'colour', value: '#0d9488', required: true },
        { ...field, id: 'trim', name: 'trim', label: 'Trim', widget: 'colour', value: HOSTILE },
        { ...field, id: 'rules', name: 'rules', label: 'Rules', widget: 'markdown', value: HOSTILE, wide: true },
        {
          ...field,
          id: 'days',
          name: 'days',
          label: 'Days',
          widget: 'boxes',
          error: 'Choose one.',
          options: [
            { value: 'mon', label: HOSTILE, checked: true },
            { value: 'tue', label: 'Tuesday', checked: false },
          ],
        },
        { ...field, id: 'raw', name: 'raw', label: 'Raw report', widget: 'json', value: '{ "birds": 2 }', wide: true },
      ],
    },
    {
      title: '',
      fields: [
        {
          ...field,
          id: 'airport',
          name: 'airport',
          label: 'Airport',
          widget: 'relation',
          add: { url: '/x?~for=strike.airport', requester: 'strike.airport', singular: HOSTILE },
          value: 'PDX',
          chosenLabel: HOSTILE,
          optionsUrl: '/options',
          help: 'Name, city or code.',
          required: true,
        },
        {
          ...field,
          id: 'officer',
          name: 'officer',
          label: 'Officer',
          widget: 'relation',
          value: 'holt',
          candidates: [
            { value: '1', label: 'Maren Holt' },
            { value: '2', label: 'Jan Holt' },
          ],
          error: 'Several fit: choose one.',
        },
        {
          ...field,
          id: 'labels',
          name: 'labels',
          label: 'Labels',
          widget: 'relations',
          optionsUrl: '/options',
          options: [{ value: '3', label: HOSTILE, checked: true }],
          wide: true,
        },
        {
          ...field,
          id: 'number',
          name: 'number',
          label: 'Report number',
          widget: 'text',
          readOnly: true,
          valueHtml: 'FAA-2001-11-9998',
          help: 'Set when the report came in.',
        },
      ],
    },
  ],
};

const list: ViewTypes['admin/list'] = {
  selection: {
    action: '/admin/strikes/+actions',
    query: HOSTILE,
    allUrl: '/admin/strikes?select=page',
    actions: [{ name: 'archive', label: HOSTILE }],
  },
  title: 'Strikes',
  singular: 'strike',
  plural: 'strikes',
  addUrl: '/admin/strikes/+new',
  links: [{ label: HOSTILE, url: '/admin/x' }],
  search: {
    q: HOSTILE,
    tooLong: false,
    enabled: true,
    action: '/admin/strikes',
    hidden: [['sort', '-date']],
  },
  filters: [
    {
      ...filter,
      name: 'state',
      label: 'State',
      shape: 'values',
      open: false,
      active: true,
      values: [
        { value: 'new', label: 'New', checked: true },
        { value: 'open', label: HOSTILE, checked: false },
      ],
    },
    {
      ...filter,
      name: 'military',
      label: 'Military',
      shape: 'boolean',
      open: false,
      active: false,
      values: [
        { value: 'true', label: 'Yes', checked: false },
        { value: 'false', label: 'No', checked: false },
      ],
    },
    {
      ...filter,
      name: 'date',
      label: 'Date',
      shape: 'range',
      open: false,
      active: true,
      from: '2001-01-01',
      to: '',
      input: 'date',
    },
    {
      ...filter,
      name: 'cost',
      label: 'Cost',
      shape: 'range',
      open: false,
      active: false,
      from: '',
      to: '',
      input: 'number',
    },
    {
      ...filter,
      name: 'airport',
      label: 'Airport',
      shape: 'relation',
      open: false,
      active: true,
      optionsUrl: '/options',
      chosen: [{ value: 'PDX', label: 'Portland Intl' }],
    },
    {
      ...filter,
      name: 'goods',
      label: 'Goods',
      shape: 'typed',
      open: false,
      active: true,
      values: [{ value: '+none', label: 'Empty', checked: false }],
      chosen: [{ value: HOSTILE, label: HOSTILE }],
    },
  ],
  chips: [
    { label: 'State: New', removeUrl: '/admin/strikes?a' },
    { label: HOSTILE, removeUrl: '/admin/strikes?b' },
  ],
  clearUrl: '/admin/strikes',
  headers: [
    { label: 'Date', align: 'start', sorted: 'descending', sortUrl: '?sort=date' },
    { label: 'Airport', align: 'start', sorted: '', sortUrl: '?sort=airport' },
    { label: 'State', align: 'start', sorted: '' },
    { label: 'Cost', align: 'end', sorted: '', sortUrl: '?sort=cost' },
  ],
  bodyHtml: Array.from(
    { length: 30 },
    (_, n) =>
      `<tr><th scope="row"><a href="/admin/strikes/${n}"><time datetime="2002-07-25">2002-07-25</time></a></th><td><a href="#">Greater Pittsburgh</a></td><td><span class="badge tone-warn">Open</span></td>${n % 3 ? '<td class="num">3,803</td>' : '<td class="num none">–</td>'}</tr>`,
  ).join('\n'),
  rows: 30,
  count: { text: '1–30 of about 41,000', total: 'about 41,000', exactUrl: '?count=exact' },
  pager: { nextUrl: '?after=x', lastUrl: '?last' },
  empty: undefined,
};

const { recordUrl: _recordUrl, recordLabel: _label, deleteUrl: _deleteUrl, conflict: _conflict, ...emptyForm } = form;
const { clearUrl: _clearUrl, ...unfiltered } = list;

const problem: ViewTypes['layout/error'] = {
  title: 'You may not change airports',
  status: 403,
  code: 'RIO-ACCESS-DENIED',
  problem: 'You may not change airports',
  why: HOSTILE,
  fix: 'Ask an administrator.',
  retry: 'After that.',
  link: { url: '/admin/airports', label: 'error.cleanList' },
};

/** A view with its data; `bare`: in the layout without navigation. */
export type SamplePage = {
  readonly [V in keyof ViewTypes]: {
    readonly view: V;
    readonly data: ViewTypes[V] & PageData;
    readonly bare?: boolean;
  };
}[keyof ViewTypes];

/** By a name for it. */
export const samplePages = {
  index: {
    view: 'admin/index',
    data: {
      title: 'Dashboard',
      isEmpty: false,
      figures: [
        { kind: 'figure', value: '38', label: HOSTILE, url: '/admin/strikes', tone: 'bad' },
        { kind: 'figure', value: '1,206', label: 'open' },
      ],
      parts: [
        {
          view: 'admin/small-table',
          data: {
            table: {
              kind: 'table',
              title: 'Waiting longest',
              more: { label: 'All', url: '/admin/strikes' },
              columns: [{ label: 'Date' }, { label: 'State' }, { label: 'Days', align: 'end' }],
              rows: [[{ text: '2002-06-08', url: '/admin/strikes/1' }, { text: 'Open', tone: 'warn' }, { text: '' }]],
              empty: 'Nothing waits.',
            },
          },
          report: () => {},
        },
        {
          view: 'admin/small-table',
          data: { table: { kind: 'table', title: 'No claims', columns: [], rows: [], empty: 'Nothing waits.' } },
          report: () => {},
        },
        { view: 'admin/small-table', data: undefined, report: () => {} },
      ],
      groups: [
        {
          label: 'Desk',
          models: [
            { label: 'Strikes', singular: 'strike', url: '/admin/strikes', addUrl: '/admin/strikes/+new' },
            { label: HOSTILE, singular: 'label', url: '/admin/labels' },
          ],
        },
      ],
      panels: [
        {
          view: 'audit/recent',
          data: {
            changes: [{ text: HOSTILE, url: '/admin/strikes/7', who: 'Maren Holt', when: '10:51' }],
            auditUrl: '/admin/audit',
          },
          report: () => {},
        },
      ],
    },
  },
  list: {
    view: 'admin/list',
    data: { ...list, message: { tone: 'good', key: 'audit.history.update', params: { n: 2 } } },
  },
  'list that is fresh': {
    view: 'admin/list',
    data: { ...unfiltered, empty: 'fresh', chips: [], rows: 0, bodyHtml: '' },
  },
  'list where nothing fits': {
    view: 'admin/list',
    data: { ...list, empty: 'filtered', rows: 0, bodyHtml: '', pager: {} },
  },
  detail: {
    view: 'admin/detail',
    data: {
      title: HOSTILE,
      head,
      panels: { main: [panel], aside: [{ ...panel, data: undefined }] },
      sections: [
        {
          title: 'What happened',
          facts: [
            { label: HOSTILE, valueHtml: '<a href="/admin">Portland Intl</a>', empty: false, wide: false },
            { label: 'Cost', valueHtml: '', empty: true, wide: false },
          ],
        },
      ],
      related: [
        { label: 'Notes', rows: 12, more: false, url: '/admin/notes' },
        { label: 'Claims', rows: 0, more: false },
      ],
      key: '7',
    },
  },
  tab: { view: 'admin/tab', data: { title: HOSTILE, head, tab: { view: 'layout/token', data: {} } } },
  action: {
    view: 'admin/action',
    data: {
      head,
      title: HOSTILE,
      subject: HOSTILE,
      text: HOSTILE,
      button: 'Wipe',
      tone: 'bad',
      icon: 'trash',
      action: '/admin/strikes/+actions/wipe',
      backUrl: '/admin/strikes',
      formId: 'once',
      version: '12',
      rejected: [HOSTILE],
      hidden: [['key', HOSTILE]],
      labels: [HOSTILE],
      more: 3,
    },
  },
  search: {
    view: 'admin/search',
    data: {
      title: HOSTILE,
      q: HOSTILE,
      tooLong: false,
      groups: [
        { label: 'Strikes', hits: [{ label: HOSTILE, url: '/x', detail: HOSTILE }], moreUrl: '/admin/strikes?q=x' },
      ],
      failed: HOSTILE,
    },
  },
  form: { view: 'admin/form', data: form },
  'form for a new one': {
    view: 'admin/form',
    data: { ...emptyForm, tabs: [], version: '', errors: [] },
  },
  'a row for a form that waits': {
    view: 'admin/added',
    data: {
      title: 'Added strike',
      singular: 'strike',
      againUrl: '/x',
      field: HOSTILE,
      label: HOSTILE,
      data: JSON.stringify({ for: 'claim.strike', value: HOSTILE, label: HOSTILE }),
    },
  },
  delete: {
    view: 'admin/delete',
    data: {
      ...model,
      recordUrl: '/admin/strikes/7',
      title: 'Delete this strike?',
      label: HOSTILE,
      action: '/x',
      formId: 'once',
      version: '12',
      rejected: [HOSTILE],
      blocking: [],
      alsoDeleted: lines(HOSTILE),
      cleared: lines('Notes'),
      total: 413,
      more: false,
    },
  },
  'delete that is blocked': {
    view: 'admin/delete',
    data: {
      ...model,
      recordUrl: '/admin/strikes/7',
      title: 'Delete this strike?',
      label: HOSTILE,
      action: '/x',
      formId: 'once',
      version: '12',
      rejected: [],
      blocking: lines('Claims'),
      alsoDeleted: [],
      cleared: [],
      total: 1,
      more: false,
    },
  },
  history: {
    view: 'audit/history',
    data: {
      ...model,
      title: 'History',
      label: HOSTILE,
      head: { view: 'admin/record-head', data: { head } },
      days: [
        {
          label: 'Today',
          entries: [
            {
              time: '10:51',
              iso: '2026-11-20T10:51:00Z',
              who: HOSTILE,
              what: 'edited 2 fields',
              tone: 'info',
              changes: [
                { label: 'State', before: 'New', after: HOSTILE },
                { label: 'Officer', before: undefined, after: 'Maren' },
              ],
            },
            {
              time: '09:12',
              iso: '2026-11-20T09:12:00Z',
              who: 'Tomás Rey',
              what: 'added this',
              tone: 'good',
              changes: [],
            },
          ],
        },
      ],
      olderUrl: '?before=1',
    },
  },
  'export of the audit trail': {
    view: 'audit/export',
    data: {
      title: 'Export audit trail',
      auditUrl: '/admin/audit',
      action: '/admin/audit/+export',
      filters: [{ name: 'user', label: HOSTILE, value: HOSTILE }],
      formats: ['csv', 'json'],
    },
  },
  'audit of a request': {
    view: 'audit/request',
    data: {
      title: 'Request',
      auditUrl: '/admin/audit',
      id: HOSTILE,
      users: [HOSTILE, HOSTILE],
      addresses: [HOSTILE],
      entries: [
        {
          iso: '2026-11-20T09:12:00Z',
          when: '2026-11-20 10:12',
          who: HOSTILE,
          what: HOSTILE,
          tone: 'tone-good',
          model: HOSTILE,
          record: HOSTILE,
          recordUrl: '/x',
          changes: [{ label: HOSTILE, before: HOSTILE, after: HOSTILE }],
          details: [{ label: HOSTILE, after: HOSTILE }],
          address: HOSTILE,
          correlation: HOSTILE,
          correlationUrl: '/x',
        },
      ],
      laterUrl: '?after=1',
    },
  },
  'history of nothing': { view: 'audit/history', data: { ...model, title: 'History', label: 'x', days: [] } },
  'forms of an account': {
    view: 'accounts/page',
    data: {
      title: HOSTILE,
      crumb: { url: '/admin/users', label: HOSTILE },
      secret: { label: HOSTILE, text: HOSTILE, help: HOSTILE },
      forms: [
        {
          name: 'details',
          title: HOSTILE,
          help: HOSTILE,
          action: '/admin/accounts/7/details',
          rejected: [HOSTILE],
          button: HOSTILE,
          fields: [
            {
              name: 'email',
              label: HOSTILE,
              type: 'email',
              value: HOSTILE,
              help: HOSTILE,
              error: HOSTILE,
              required: true,
            },
            {
              name: 'role',
              label: HOSTILE,
              type: 'select',
              options: [{ value: HOSTILE, label: HOSTILE, checked: true }],
            },
            {
              name: 'group',
              label: HOSTILE,
              type: 'boxes',
              options: [{ value: HOSTILE, label: HOSTILE, checked: true }],
            },
          ],
        },
        {
          name: 'permissions',
          title: HOSTILE,
          action: '/admin/accounts/7/permissions',
          tone: 'bad',
          button: HOSTILE,
          fields: [],
          matrix: {
            columns: [HOSTILE],
            rows: [
              { label: HOSTILE, cells: [{ permission: HOSTILE, label: HOSTILE, checked: true, sources: [HOSTILE] }] },
            ],
            others: [{ permission: HOSTILE, label: HOSTILE, checked: false, sources: [HOSTILE] }],
            gone: [{ permission: HOSTILE, label: HOSTILE, checked: true, sources: [HOSTILE] }],
          },
        },
      ],
    },
  },
  error: { view: 'layout/error', data: problem },
  'error for a stranger': { view: 'layout/error', data: { ...problem, status: 500 }, bare: true },
} satisfies Readonly<Record<string, SamplePage>>;
