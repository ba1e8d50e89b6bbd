/** Every page of the admin with plausible data, and hostile text where text comes from people. */
import { createUrls } from '../../core/http/urls.ts';
import { createViews } from '../../core/view/create-views.ts';
import type { ViewData } from '../../core/view/views.ts';
import { kernelWords } from '../../core/view/words/en.ts';
import { layoutWordsArabic } from '../../core/view/words/layout-ar.ts';
import { layoutWords } from '../../core/view/words/layout-en.ts';
import { createCatalogue } from '../../core/view/words.ts';
import { adminWordsArabic } from '../../plugins/admin/words/ar.ts';
import { adminWords } from '../../plugins/admin/words/en.ts';
import { ar as auditMessagesArabic } from '../../plugins/audit/words/ar.ts';
import { en as auditMessages } from '../../plugins/audit/words/en.ts';

import { ar as sessionsMessagesArabic } from '../../plugins/sessions/words/ar.ts';
import { en as sessionsMessages } from '../../plugins/sessions/words/en.ts';
import { ar as themeMessagesArabic } from '../../plugins/theme/messages/ar.ts';
import { en as themeMessages } from '../../plugins/theme/messages/en.ts';

const TEMPLATES = new URL('../../templates/', import.meta.url);
export const HOSTILE = `<img src=x onerror=alert(1)>"'&`;

const words = createCatalogue([
  { en: kernelWords },
  { en: layoutWords, ar: layoutWordsArabic },
  { en: adminWords, ar: adminWordsArabic },
  { en: auditMessages, ar: auditMessagesArabic },
  { en: themeMessages, ar: themeMessagesArabic },
  { en: sessionsMessages, ar: sessionsMessagesArabic },
]);
const views = createViews(
  [
    { prefix: 'admin', folder: new URL('admin/', TEMPLATES) },
    { prefix: 'layout', folder: new URL('layout/', TEMPLATES) },
    { names: ['audit/history', 'audit/recent'], folder: TEMPLATES },
    { prefix: 'theme', folder: new URL('theme/', TEMPLATES) },
    { prefix: 'sessions', folder: new URL('sessions/', TEMPLATES) },
  ],
  () => {
    throw new Error('a part needs no application');
  },
);
export const viewNames = views.names;

const signedIn = {
  name: 'Maren Holt',
  role: 'Administrator',
  sessionsUrl: '/admin/account/sessions',
  signOutUrl: '/admin/logout',
};

/** What every filter has, whatever its shape. */
const filter = { values: [], chosen: [], from: '', to: '', input: 'text', optionsUrl: '' };

/** A whole document, in the frame or bare. */
export function renderPage(view: string, data: ViewData, { locale = 'en', bare = false } = {}): string {
  const it = {
    t: words.translate(locale),
    locale,
    dir: locale === 'ar' ? 'rtl' : 'ltr',
    timeZone: 'UTC',
    htmlAttributes: {},
    actor: { kind: 'person', id: 1, name: 'maren@desk.example', displayName: 'Maren Holt', role: 'administrator' },
    correlationId: '01JD4Y7Q8ZKT3W5B0N6M2XGHCE',
    path: '/admin/strikes',
    appName: 'Wildlife strikes',
    dev: false,
    urls: createUrls('/admin', 'http://127.0.0.1', (file) => file),
    homeUrl: '/admin',
    formToken: 'TOKEN',
    message: undefined,
    navigation: [
      { label: 'Desk', items: [{ label: 'Strikes', url: '/admin/strikes', current: true }] },
      {
        label: 'Reference',
        items: ['Airports', 'Operators'].map((label) => ({ label, url: '/admin/x', current: false })),
      },
    ],
    ...data,
  };
  const userMenu =
    views.partial('theme/switch', { ...it, action: '/admin/+theme', theme: 'system' }) +
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

const model = {
  listUrl: '/admin/strikes',
  plural: 'Strikes',
  singular: 'strike',
  recordUrl: '/admin/strikes/7',
  recordLabel: HOSTILE,
};
const tabs = [{ label: HOSTILE, url: '/admin/strikes/7/+history', current: false }];
const head = {
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
const panel = { name: 'notes', title: HOSTILE, view: 'layout/token', data: {}, report: () => {} };
const field = { help: '', required: false, readOnly: false, value: '', wide: false };
const lines = (label: string): readonly object[] => [{ label, rows: 412, more: true, url: '/admin/strikes' }];

const form = {
  ...model,
  title: 'Edit strike',
  heading: 'Edit strike',
  mode: 'change',
  tabs,
  deleteUrl: '/admin/strikes/7/+delete',
  action: '/admin/strikes/7/+edit',
  formId: 'once',
  version: '12',
  added: [{ name: 'notes', title: HOSTILE, view: 'layout/token', data: {} }],
  mistakes: [{ label: 'Speed', text: 'Write a whole number.', anchor: 'speed' }, { text: HOSTILE }],
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
          mistake: 'Write a whole number.',
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
        { ...field, id: 'mail', name: 'mail', label: 'E-mail', widget: 'email', value: HOSTILE, required: true },
        { ...field, id: 'phone', name: 'phone', label: 'Phone', widget: 'phone', value: '+4930123456' },
        { ...field, id: 'home', name: 'home', label: 'Home page', widget: 'url', value: HOSTILE, mistake: HOSTILE },
        { ...field, id: 'paint', name: 'paint', label: 'Paint', widget: 'colour', value: '#0d9488', required: true },
        { ...field, id: 'trim', name: 'trim', label: 'Trim', widget: 'colour', value: HOSTILE },
        { ...field, id: 'rules', name: 'rules', label: 'Rules', widget: 'markdown', value: HOSTILE, wide: true },
        {
          ...field,
          id: 'days',
          name: 'days',
          label: 'Days',
          widget: 'boxes',
          mistake: 'Choose one.',
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
          add: { url: '/x?~for=strike.airport', asked: 'strike.airport', singular: HOSTILE },
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
          mistake: 'Several fit: choose one.',
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

const list = {
  selection: {
    action: '/admin/strikes/+actions',
    query: HOSTILE,
    allUrl: '/admin/strikes?select=page',
    actions: [{ name: 'archive', label: HOSTILE }],
  },
  title: 'Strikes',
  singular: 'strike',
  model: { name: 'strike' },
  addUrl: '/admin/strikes/+new',
  search: {
    q: HOSTILE,
    enabled: true,
    label: 'Airport, species',
    action: '/admin/strikes',
    hidden: [['sort', '-date']],
  },
  filters: [
    {
      ...filter,
      name: 'state',
      label: 'State',
      shape: 'values',
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
      active: false,
      values: [
        { value: 'true', label: 'Yes', checked: false },
        { value: 'false', label: 'No', checked: false },
      ],
    },
    { ...filter, name: 'date', label: 'Date', shape: 'range', active: true, from: '2001-01-01', to: '', input: 'date' },
    {
      ...filter,
      name: 'cost',
      label: 'Cost',
      shape: 'range',
      active: false,
      from: '',
      to: '',
      input: 'number',
      step: 'any',
    },
    {
      ...filter,
      name: 'airport',
      label: 'Airport',
      shape: 'relation',
      active: true,
      optionsUrl: '/options',
      chosen: [{ value: 'PDX', label: 'Portland Intl' }],
    },
    {
      ...filter,
      name: 'goods',
      label: 'Goods',
      shape: 'typed',
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
  count: { text: '1–30 of about 41,000', exactUrl: '?count=exact' },
  pager: { nextUrl: '?after=x', lastUrl: '?last' },
  empty: undefined,
  notes: ['Sorted by date: an index on cost is missing.'],
};

const problem = {
  title: 'You may not change airports',
  status: 403,
  code: 'RIO-ACCESS-DENIED',
  problem: 'You may not change airports',
  why: HOSTILE,
  fix: 'Ask an administrator.',
  retry: 'After that.',
};

/** View and data by a name for it. */
export const samplePages: Readonly<
  Record<string, { readonly view: string; readonly data: ViewData; readonly bare?: boolean }>
> = {
  index: {
    view: 'admin/index',
    data: {
      title: 'Overview',
      figures: [
        { value: '38', label: HOSTILE, url: '/admin/strikes', tone: 'bad' },
        { value: '1,206', label: 'open' },
      ],
      tables: [
        {
          kind: 'table',
          title: 'Waiting longest',
          more: { label: 'All', url: '/admin/strikes' },
          columns: [{ label: 'Date' }, { label: 'State' }, { label: 'Days', align: 'end' }],
          rows: [[{ text: '2002-06-08', url: '/admin/strikes/1' }, { text: 'Open', tone: 'warn' }, { text: '' }]],
          empty: 'Nothing waits.',
        },
        { kind: 'table', title: 'No claims', columns: [], rows: [], empty: 'Nothing waits.' },
      ],
      groups: [
        {
          label: 'Desk',
          models: [
            { label: 'Strikes', url: '/admin/strikes', addUrl: '/admin/strikes/+new' },
            { label: HOSTILE, url: '/admin/labels' },
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
    data: { ...list, empty: 'fresh', chips: [], clearUrl: undefined, rows: 0, bodyHtml: '' },
  },
  'list where nothing fits': {
    view: 'admin/list',
    data: { ...list, empty: 'filtered', rows: 0, bodyHtml: '', pager: {} },
  },
  detail: {
    view: 'admin/detail',
    data: {
      ...model,
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
      record: { key: '7', createdText: '2 Dec 2001, 09:12', changedText: '20 Nov 2026, 10:51' },
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
      refused: [HOSTILE],
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
    data: {
      ...form,
      mode: 'add',
      recordUrl: undefined,
      deleteUrl: undefined,
      tabs: [],
      version: undefined,
      mistakes: [],
      conflict: undefined,
    },
  },
  'a row for a form that waits': {
    view: 'admin/added',
    data: {
      ...model,
      title: 'Added strike',
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
      title: 'Delete this strike?',
      label: HOSTILE,
      action: '/x',
      formId: 'once',
      version: '12',
      refused: [HOSTILE],
      held: [],
      gone: lines(HOSTILE),
      cleared: lines('Notes'),
      total: 413,
    },
  },
  'delete that is blocked': {
    view: 'admin/delete',
    data: {
      ...model,
      title: 'Delete this strike?',
      label: HOSTILE,
      action: '/x',
      formId: 'once',
      refused: [],
      held: lines('Claims'),
      gone: [],
      cleared: [],
      total: 1,
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
              what: 'changed 2 fields',
              tone: 'info',
              correlationId: 'a',
              changes: [
                { label: 'State', before: 'New', after: HOSTILE },
                { label: 'Officer', after: 'Maren' },
              ],
            },
            {
              time: '09:12',
              iso: '2026-11-20T09:12:00Z',
              who: 'Tomás Rey',
              what: 'added this',
              tone: 'good',
              correlationId: 'b',
              changes: [],
            },
          ],
        },
      ],
      olderUrl: '?before=1',
    },
  },
  'history of nothing': { view: 'audit/history', data: { ...model, title: 'History', label: 'x', days: [] } },
  error: { view: 'layout/error', data: problem },
  'error for a stranger': { view: 'layout/error', data: { ...problem, status: 500 }, bare: true },
};
