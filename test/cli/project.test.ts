import path from 'node:path';
import * as assert from 'uvu/assert';
import { findProject, loadConfig } from '../../core/boot/project.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('project');

async function failure(files: Record<string, string>): Promise<RustioError> {
  const outcome = await loadConfig(temporaryFolder(files)).catch((error: unknown) => error);
  if (outcome instanceof RustioError) return outcome;
  throw new Error('the config was loaded');
}

test('a config is loaded as written', async () => {
  const config = await loadConfig(
    temporaryFolder({ 'rustio.config.ts': `export default { name: 'Desk' as string, mountPath: '/desk' };` }),
  );
  assert.equal(config, { name: 'Desk', mountPath: '/desk' });
});

test('a folder name from which Node cannot load is reported; other unusual names work (T24)', async () => {
  const files = { 'rustio.config.ts': `export default { name: 'Desk' };` };
  for (const name of ['$HOME', 'a "desk"', "o'clock", 'tick`id`', 'two\nlines', '100% #1?']) {
    const folder = path.join(temporaryFolder({ [`${name}/rustio.config.ts`]: files['rustio.config.ts'] }), name);
    assert.equal(await loadConfig(folder), { name: 'Desk' }, name);
  }
  const odd = path.join(temporaryFolder({ 'back\\slash/rustio.config.ts': '' }), 'back\\slash');
  const error = await rustioFailureOf(loadConfig(odd));
  assert.is(error.code, 'RIO-PROJECT-FOLDER');
  assert.match(error.parts.problem, 'contains a backslash');
});

test('the project is found from a folder inside it', () => {
  const folder = temporaryFolder({ 'rustio.config.ts': '', 'models/strike/a.ts': '' });
  assert.is(findProject(path.join(folder, 'models/strike')), folder);
  assert.is(findProject(path.dirname(folder)), undefined);
});

test('a syntax error is reported with file, line and source', async () => {
  const error = await failure({
    'rustio.config.ts': `import './models.ts';\nexport default { name: 'Desk' };\n`,
    'models.ts': `export const model = {\n  a: 1\n  b: 2\n};\n`,
  });
  assert.is(error.code, 'RIO-CONFIG-LOAD');
  assert.is(error.exitCode, 1);
  assert.match(error.parts.problem, 'models.ts:3');
  assert.match(error.details.join('\n'), 'b: 2');
});

test('a project with "type": "commonjs": the message names the package.json and "type": "module"', async () => {
  const commonjs = `{ "type": "commonjs" }`;
  const importing = { 'rustio.config.ts': `import './models.ts';\nexport default { name: 'Desk' };\n` };
  for (const [files, place, packageFile] of [
    [{ ...importing, 'package.json': commonjs, 'models.ts': '' }, 'rustio.config.ts:1', 'package.json'],
    [{ 'package.json': commonjs, 'rustio.config.ts': `export default {};\n` }, 'rustio.config.ts:1', 'package.json'],
    [
      {
        'rustio.config.ts': `import './models/a.ts';\nexport default { name: 'Desk' };\n`,
        'models/package.json': commonjs,
        'models/a.ts': 'export const a = 1;\n',
      },
      path.join('models', 'a.ts:1'),
      path.join('models', 'package.json'),
    ],
  ] as const) {
    const { code, parts } = await failure(files);
    assert.is(code, 'RIO-CONFIG-LOAD');
    assert.is(parts.problem, `${place} is not loaded as an ES module, because ${packageFile} has "type": "commonjs".`);
    assert.is(parts.fix, `Set "type": "module" in ${packageFile}.`);
  }
  const working = await loadConfig(temporaryFolder({ ...importing, 'package.json': '{}', 'models.ts': 'export {};' }));
  assert.equal(working, { name: 'Desk' });
});

test('a thrown error is reported with its line in the project', async () => {
  const error = await failure({
    'rustio.config.ts': `import './models/strike.ts';\nexport default { name: 'Desk' };\n`,
    'models/strike.ts': `const none: string[] = [];\n\nnone[0].trim();\nexport {};\n`,
  });
  assert.match(error.parts.problem, `models${path.sep}strike.ts:3`);
  assert.match(error.parts.problem, 'Cannot read properties of undefined');
});

test('an import of a missing module names the module and the importing file', async () => {
  const error = await failure({ 'rustio.config.ts': `import './modles.ts';\nexport default {};\n` });
  assert.match(error.parts.problem, './modles.ts');
  assert.match(error.parts.fix, 'rustio.config.ts');
  const missing = await failure({ 'rustio.config.ts': `import 'no-such-package';\nexport default {};\n` });
  assert.match(missing.parts.fix, 'npm install');
});

test('a missing export is reported with the line of its import', async () => {
  const error = await failure({
    'rustio.config.ts': `import { modles } from './models.ts';\nexport default { name: 'Desk', models: modles };\n`,
    'models.ts': `export const models = [];\n`,
  });
  assert.match(error.parts.problem, 'modles');
  assert.match(error.parts.problem, 'rustio.config.ts:1');
});

test('an error of the framework in a model keeps its text', async () => {
  const errors = new URL('../../core/errors/rustio-error.ts', import.meta.url).href;
  const error = await failure({
    'rustio.config.ts': `
      import { RustioError } from '${errors}';
      throw new RustioError('RIO-MODEL-TEST', { problem: 'p', why: 'w', fix: 'f', retry: 'r' });
    `,
  });
  assert.is(error.code, 'RIO-MODEL-TEST');
});

test('the error for a config without a default export explains how to write one', async () => {
  const error = await failure({ 'rustio.config.ts': `export const config = { name: 'Desk' };` });
  assert.is(error.code, 'RIO-CONFIG-EXPORT');
});

test('every invalid setting is reported with its path, unknown ones with a suggestion', async () => {
  const error = await failure({
    'rustio.config.ts': `export default {
      nmae: 'Desk', models: [{ fields: {} }], mountPath: 'admin/', timeZone: 'Mars/Olympus', trustedProxies: -1, zzzzzz: 1,
    };`,
  });
  assert.is(error.code, 'RIO-CONFIG-SHAPE');
  const lines = error.details.join('\n');
  assert.match(lines, 'nmae: unknown setting; did you mean "name"?');
  assert.match(lines, 'zzzzzz: unknown setting; available: name, models');
  assert.match(lines, 'models[0]: is not a model');
  assert.match(lines, 'mountPath: ');
  assert.match(lines, 'timeZone: ');
  assert.match(lines, 'trustedProxies: ');
});
