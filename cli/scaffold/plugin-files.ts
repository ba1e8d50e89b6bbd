// The files of a new plugin: a table with its model, a page with a form, permissions, messages, and a test. The plugin works
// unchanged.
import { camelCase, pascalCase } from './app-files.ts';

/** File contents by path in the plugin's folder. `name` is, for example, `guest-book`. */
export function pluginFiles(name: string): Readonly<Record<string, string>> {
  const names = namesFor(name);
  return {
    'index.ts': index(names),
    'note.ts': model(names),
    'notes.ts': rules(names),
    'pages.ts': pages(names),
    'messages/en.ts': messages(names),
    [`migrations/0001_${names.snake}.sql`]: up(names),
    [`migrations/0001_${names.snake}.down.sql`]: `drop table ${names.table};\n`,
    'templates/notes.ejs': template(names),
    [`${name}.test.ts`]: test(names),
  };
}

/** The name of the plugin in code: `guestBook`. */
export function variableFor(name: string): string {
  return camelCase(name);
}

function namesFor(name: string) {
  const snake = name.replaceAll('-', '_');
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return {
    name,
    snake,
    title,
    variable: variableFor(name),
    table: `${snake}_note`,
    model: `${camelCase(name)}Note`,
    type: `${pascalCase(name)}Note`,
    path: `/+${name}`,
  };
}
type Names = ReturnType<typeof namesFor>;

const index = ({
  name,
  title,
  variable,
  type,
  model: modelName,
  path,
}: Names) => `import { definePlugin, type NoOptions } from 'rustio-admin/plugin';
import { en } from './messages/en.ts';
import { ${type} } from './note.ts';
import { addNote, showNotes } from './pages.ts';

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    ${/-/.test(name) ? `'${name}'` : name}: NoOptions;
  }
}

/** What the plugin contributes; see docs/plugins.md for every hook. */
export const ${variable} = definePlugin({
  name: '${name}',
  api: 1,
  description: '${title}.',
  requires: ['admin'],
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('./templates/', import.meta.url),
  messages: { en },
  models: [${type}],
  permissions: [{ name: '${name}.view', description: 'Open the ${title} page' }],
  contributes: {
    'layout.navigation': [{ label: '${name}.title', path: '${path}', access: { permission: '${name}.view' } }],
  },
  routes(routes) {
    routes.get('${path}', { access: { permission: '${name}.view' } }, showNotes);
    routes.post('${path}', { access: { permission: '${modelName}.add' } }, addNote);
  },
});
`;

const model = ({
  model: modelName,
  type,
  table,
}: Names) => `import { defineModel, field, type Row } from 'rustio-admin/plugin';

/** Its table is created by migrations/, so \`migrate make\` ignores it. */
export const ${type} = defineModel('${modelName}', {
  fields: {
    text: field.text({ max: 500 }),
    createdAt: field.timestamp({ default: 'now', readOnly: true, label: 'Created' }),
  },
  label: 'text',
  title: 'note',
  plural: 'notes',
  table: '${table}',
  managed: false,
});
export interface ${type} extends Row<typeof ${type}> {}
`;

const rules = ({ type, model: modelName }: Names) => `// Reads and writes notes. SQL belongs here, not in pages.ts.
import { type Actor, type App, type AuditContext, sql, type Written, z } from 'rustio-admin/plugin';
import { ${type} } from './note.ts';

const noteRow = z.object({ text: z.string() });

/** The latest notes that the actor may view, newest first. */
export async function latestNotes(app: App, actor: Actor): Promise<readonly { readonly text: string }[]> {
  const notes = app.records.tableFor(actor, ${type});
  return app.readingFor(actor).any(sql.type(noteRow)\`select text from \${notes} note order by id desc limit 20\`);
}

/** Adds a note on behalf of the request's user. \`app.write\` checks their permission \`${modelName}.add\`. */
export function createNote(app: App, audit: AuditContext, text: string): Promise<Written> {
  return app.database.transaction((tx) => app.write.create(tx, audit, ${type}, { text }));
}
`;

const pages = ({
  name,
  path,
}: Names) => `// HTTP handlers: parse the request, call a function in notes.ts, then render or redirect.
import { type App, auditContext, type Context, flash, forbidden, seeOther } from 'rustio-admin/plugin';
import { createNote, latestNotes } from './notes.ts';

/** GET ${path} */
export async function showNotes(ctx: Context, app: App): Promise<void> {
  await render(ctx, app, { text: '', problem: undefined });
}

/** POST ${path} */
export async function addNote(ctx: Context, app: App): Promise<void> {
  const text = ctx.state.form?.get('text')?.trim() ?? '';
  const written = await createNote(app, auditContext(ctx), text);
  if (written.outcome === 'invalid') {
    ctx.status = 422;
    const problems = written.problems.map(({ issue }) => ctx.state.t(issue.key, issue.params));
    return render(ctx, app, { text, problem: problems.join(' ') });
  }
  if (written.outcome !== 'done') throw forbidden();
  flash(ctx, app, { tone: 'good', key: '${name}.added' });
  seeOther(ctx, app.urls.to('${path}'));
}

interface NoteForm {
  readonly text: string;
  readonly problem: string | undefined;
}

async function render(ctx: Context, app: App, form: NoteForm): Promise<void> {
  app.views.page(ctx, '${name}/notes', {
    ...form,
    title: ctx.state.t('${name}.title'),
    action: app.urls.to('${path}'),
    notes: await latestNotes(app, ctx.state.actor),
  });
}
`;

const messages = ({ name, title }: Names) => `export const en = {
  '${name}.title': '${title}',
  '${name}.note': 'Note',
  '${name}.add': 'Add note',
  '${name}.added': 'The note was added.',
  '${name}.empty': 'There are no notes yet.',
};
`;

const up = ({ table }: Names) => `create table ${table} (
  id bigint generated always as identity primary key,
  text text not null check (text <> '' and char_length(text) <= 500),
  created_at timestamptz not null default now()
);
`;

const template = ({ name }: Names) => `<header class="page-head"><h1><%= it.title %></h1></header>
<form class="form" method="post" action="<%= it.action %>">
  <%- it.include('layout/token', it) %>
  <div class="field">
    <label for="note-text"><%= it.t('${name}.note') %></label>
    <input class="input" id="note-text" name="text" value="<%= it.text %>" maxlength="500" required<% if (it.problem) { %> aria-invalid="true" aria-describedby="note-problem"<% } %>>
    <% if (it.problem) { %><p class="field-error" id="note-problem"><%= it.problem %></p><% } %>
  </div>
  <button class="button button-primary"><%= it.t('${name}.add') %></button>
</form>
<% if (it.notes.length === 0) { %>
<p><%= it.t('${name}.empty') %></p>
<% } else { %>
<ul>
  <% for (const note of it.notes) { %><li><%= note.text %></li><% } %>
</ul>
<% } %>
`;

const test = ({ name, variable, model: modelName, path }: Names) => `// Run it with: npm test
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testApp } from 'rustio-admin/testing';
import { ${variable} } from './index.ts';

const app = await testApp({ extend: [${variable}] });
after(() => app.close());

test('the page requires its permission', async () => {
  const visitor = await app.client().get('/admin${path}');
  assert.equal(visitor.status, 303);
  const staff = await app.signInAs('staff');
  assert.equal((await staff.get('/admin${path}')).status, 403);
});

test('a note is added and shown; an invalid one is rejected', async () => {
  const writer = await app.signInAs('staff', ['${name}.view', '${modelName}.view', '${modelName}.add']);
  const added = await writer.submit('/admin${path}', { text: 'The first note' });
  assert.equal(added.status, 303);
  assert.match((await writer.get('/admin${path}')).text, /The first note/);

  const rejected = await writer.submit('/admin${path}', { text: 'n'.repeat(501) });
  assert.equal(rejected.status, 422);
  assert.match(rejected.text, /at most 500 characters/);
  assert.deepEqual(app.errors, []);
});
`;
