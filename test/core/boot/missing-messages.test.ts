// A label of a contribution that is a misspelled key would be shown unchanged; startup warns.
import { pino } from 'pino';
import * as assert from 'uvu/assert';
import { readEnvironment } from '../../../core/boot/environment.ts';
import { createApp } from '../../../core/process/create-app.ts';
import { hooksFor } from '../../../core/write/hooks.ts';
import { defineAdmin, defineModel, definePlugin, field } from '../../../index.ts';
import { builtIn } from '../../../plugins/built-in.ts';
import { testApp } from '../../support/app.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';

const test = suite('boot: missing messages');

test('a label that looks like a key of its plugin but has no message is logged, with a suggestion', async () => {
  const entry = (label: string) => ({ label, path: '/admin', access: { signedIn: true } }) as const;
  const notes = definePlugin({
    name: 'notes',
    api: 1,
    messages: { en: { 'notes.title': 'Notes' } },
    contributes: {
      'layout.navigation': ['notes.titel', 'notes.title', 'Notes. All of them', 'node.js'].map(entry),
    },
  });
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) });
  const database = await testDatabase();
  try {
    const folder = import.meta.dirname;
    const environment = readEnvironment(folder, { DATABASE_URL: database.url });
    const config = { name: 'Notes', extend: [notes] };
    const application = await createApp({
      project: { folder, environment, config, configError: undefined },
      plugins: builtIn,
      log,
    });
    await application.close();
    assert.equal(
      warnings.filter((each) => each.includes('message')),
      [
        'plugin notes: layout.navigation: The label "notes.titel" is not the key of a message. Did you mean "notes.title"?',
      ],
    );
  } finally {
    await database.drop();
  }
});

test('a problem of a hook whose key has no message is logged, since users would see the key', async () => {
  const Note = defineModel('note', { fields: { name: field.text({ max: 20 }) } });
  const notes = definePlugin({
    name: 'notes',
    api: 1,
    hooks: () => [
      hooksFor(Note, { beforeSave: async () => ({ problems: [{ field: 'name', issue: { key: 'notes.tooShrot' } }] }) }),
    ],
  });
  const app = await testApp({
    models: [Note],
    extend: [notes],
    plugins: { admin: { admins: [defineAdmin(Note, {})] } },
  });
  try {
    const clerk = await app.signInAs('staff', ['note.view', 'note.add']);
    assert.is((await clerk.submit('/admin/notes/+new', { name: 'x' })).status, 422);
    assert.match(JSON.stringify(app.errors), 'notes.tooShrot');
  } finally {
    await app.close();
  }
});
