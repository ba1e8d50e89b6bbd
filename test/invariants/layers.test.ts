// The layers of core, lowest first: a file imports its own layer and those below, types included. No imports form a cycle.
import * as assert from 'uvu/assert';
import { type Source, sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: layers of core');

/** Each entry is one layer: folders of core, or files in it. docs/architecture.md says what each is for. */
const LAYERS: readonly (readonly string[])[] = [
  ['base', 'errors'],
  ['messages'],
  ['sql'],
  ['database'],
  ['model'],
  ['policy'],
  ['files'],
  ['form'],
  ['query'],
  ['write'],
  ['migrate'],
  ['view'],
  ['request'],
  ['app.ts', 'extension-points.ts', 'services.ts', 'settings.ts'],
  ['http'],
  ['command.ts', 'config.ts', 'development.ts', 'plugin.ts', 'schedule.ts'],
  ['boot'],
  ['process'],
  ['public.ts'],
];

/** Undefined for a file that is in no layer. */
function layerOf(path: string): number | undefined {
  const name = path.split('/')[1] ?? '';
  const index = LAYERS.findIndex((layer) => layer.includes(name));
  return index === -1 ? undefined : index;
}

test('every file of core is in one layer, and every layer exists', () => {
  const files = sourcesIn('core').map(({ path }) => path);
  assert.equal(
    files.filter((path) => layerOf(path) === undefined),
    [],
  );
  const names = new Set(files.map((path) => path.split('/')[1]));
  assert.equal(
    LAYERS.flat().filter((name) => !names.has(name)),
    [],
  );
});

test('nothing in core imports a layer above its own', () => {
  const upward = sourcesIn('core').flatMap(({ path, imports }) =>
    imports
      .filter((target) => (layerOf(target) ?? Number.POSITIVE_INFINITY) > (layerOf(path) ?? -1))
      .map((target) => `${path} imports ${target}`),
  );
  assert.equal(upward, []);
});

test('no imports form a cycle, in core, plugins or the command line', () => {
  assert.equal(cyclesIn(sourcesIn('core', 'plugins', 'cli')), []);
});

test('cycles are detected', () => {
  const source = (path: string, ...imports: readonly string[]): Source => ({ path, imports, text: '', packages: [] });
  assert.equal(cyclesIn([source('a', 'b'), source('b', 'c'), source('c', 'b')]), ['b > c > b']);
});

/** Each cycle as the files on it, in the order of the imports. */
function cyclesIn(sources: readonly Source[]): readonly string[] {
  const imports = new Map(sources.map(({ path, imports }) => [path, imports]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push([...trail.slice(start), path].join(' > '));
    if (start !== -1 || finished.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}
