// The public interface as one text: a change to it must be intentional and listed in CHANGELOG.md.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { coreAccessChecks } from '../core/http/access.ts';
import { CORE_EXTENSION_POINTS } from '../core/http/layout.ts';
import { newProject, runCli } from './cli/run-cli.ts';
import { testApp } from './support/app.ts';
import { testDatabase } from './support/database.ts';
import { ROOT, sourcesIn } from './support/sources.ts';
import { suite } from './support/suite.ts';

const test = suite('public API');
const FILE = path.join(ROOT, 'test/public-api.txt');
const HINT = 'If it is intended, run UPDATE_SNAPSHOT=1 node test/run.ts public-api, and add it to CHANGELOG.md.';

test('exports, events, permissions, codes, views, hooks and JSON match test/public-api.txt', async () => {
  const sections: Readonly<Record<string, readonly string[]>> = {
    ...(await exportsOfAll()),
    'the plugin interface': membersOf('core/plugin.ts', 'Plugin'),
    'options of a route': membersOf('core/http/route.ts', 'RouteOptions'),
    'settings of a config': [...membersOf('core/settings.ts', 'Settings'), ...membersOf('core/config.ts', 'Config')],
    ...(await namesOfApp()),
    'error codes': codes(),
    ...(await shapesOfJson()),
  };
  const now = Object.entries(sections)
    .map(
      ([title, names]) =>
        `${title}\n${[...names]
          .sort()
          .map((name) => `  ${name}\n`)
          .join('')}`,
    )
    .join('\n');
  for (const [title, names] of Object.entries(sections)) assert.ok(names.length > 0, title);
  if (process.env.UPDATE_SNAPSHOT === '1') writeFileSync(FILE, now);
  const [before, after] = [linesOf(readFileSync(FILE, 'utf8')), linesOf(now)];
  const added = [...after.difference(before)];
  const removed = [...before.difference(after)];
  assert.equal({ added, removed }, { added: [], removed: [] }, HINT + reportChanges({ added, removed }));
});

/** Each name with its section's title, so that a difference says what it is. */
function linesOf(text: string): ReadonlySet<string> {
  const sections = text.split('\n\n').map((section) => section.trim().split('\n'));
  return new Set(sections.flatMap(([title = '', ...names]) => names.map((name) => `${title}: ${name.trim()}`)));
}

function reportChanges({
  added,
  removed,
}: {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}): string {
  return [...added.map((line) => `\n    + ${line}`), ...removed.map((line) => `\n    - ${line}`)].join('');
}

const ENTRY_POINTS = {
  'rustio-admin': 'index.ts',
  'rustio-admin/plugin': 'core/public.ts',
  'rustio-admin/auth': 'plugins/auth/public.ts',
  'rustio-admin/sessions': 'plugins/sessions/public.ts',
  'rustio-admin/accounts': 'plugins/accounts/public.ts',
  'rustio-admin/jobs': 'plugins/jobs/public.ts',
  'rustio-admin/mail': 'plugins/mail/public.ts',
  'rustio-admin/recovery': 'plugins/recovery/public.ts',
  'rustio-admin/tokens': 'plugins/tokens/public.ts',
  'rustio-admin/admin': 'plugins/admin/public.ts',
  'rustio-admin/testing': 'cli/testing/index.ts',
};

async function exportsOfAll(): Promise<Readonly<Record<string, readonly string[]>>> {
  const sections: Record<string, readonly string[]> = {};
  for (const [name, file] of Object.entries(ENTRY_POINTS)) {
    const values = Object.keys(await import(path.join(ROOT, file)));
    // Some sub-paths export only types.
    if (values.length > 0) sections[`values of ${name}`] = values;
    sections[`types of ${name}`] = exportedTypes(file);
  }
  return sections;
}

/** Types leave no trace at run time, so the file itself is read. */
function exportedTypes(file: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(/export (type )?\{([^}]*)\}/g)];
  return blocks.flatMap(([, allTypes, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && (allTypes !== undefined || name.startsWith('type ')))
      .map((name) => name.replace(/^type /, '')),
  );
}

/** Names of an interface's members, with a question mark where they may be left out. */
function membersOf(file: string, name: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const [, body = ''] = new RegExp(`export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+\??)[:(]/gm)].map(([, member = '']) => member);
}

async function namesOfApp(): Promise<Readonly<Record<string, readonly string[]>>> {
  const running = await testApp({});
  const { permissions, views, messages } = running.app;
  const { plugins } = running.booted;
  await running.close();
  return {
    'plugins, in their order': plugins.map(({ name }, at) => `${at + 1} ${name}`),
    events: ['create', 'update', 'delete', ...plugins.flatMap((plugin) => plugin.events ?? [])],
    permissions,
    'extension points': [...CORE_EXTENSION_POINTS, ...plugins.flatMap((plugin) => plugin.extensionPoints ?? [])],
    'kinds of access': [
      'open',
      ...Object.keys(coreAccessChecks),
      ...plugins.flatMap((plugin) => Object.keys(plugin.accessChecks ?? {})),
    ],
    gates: plugins.flatMap((plugin) => (plugin.gates ?? []).map(({ name }) => name)),
    checks: plugins.flatMap((plugin) => (plugin.checks ?? []).map(({ name }) => name)),
    'commands of plugins': plugins.flatMap((plugin) => (plugin.commands ?? []).map(({ name }) => name)),
    views: views.names,
    languages: messages.locales,
  };
}

function codes(): readonly string[] {
  const texts = sourcesIn('core', 'plugins', 'cli').map(({ text }) => text);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/'(RIO-[A-Z0-9-]+)'/g)].map(([, code = '']) => code)))];
}

/** The commands that print JSON for machines. */
const JSON_COMMANDS = ['plugins --json', 'routes --json', 'migrate status --json', 'doctor --json'];

async function shapesOfJson(): Promise<Readonly<Record<string, readonly string[]>>> {
  const database = await testDatabase();
  const project = await newProject();
  const shapes: Record<string, readonly string[]> = {};
  for (const command of JSON_COMMANDS) {
    const { stdout } = await runCli(project, command.split(' '), { DATABASE_URL: database.url });
    shapes[command] = [...new Set(pathsOf(JSON.parse(stdout), ''))];
  }
  await database.drop();
  return shapes;
}

/** `checks[].fix: null | string`, one line per place. */
function pathsOf(value: unknown, at: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${at}[]`));
  if (typeof value === 'object' && value !== null) {
    // Kinds of access are names of their own, listed above.
    if (at.endsWith('.access')) return [`${at}: object`];
    return Object.entries(value).flatMap(([name, item]) => pathsOf(item, at === '' ? name : `${at}.${name}`));
  }
  return [`${at}: ${value === null ? 'null' : typeof value}`];
}
