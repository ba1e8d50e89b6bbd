import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { envText, loadEnvFile } from '../../cli/project-folder.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { newProject, runCli } from './run-cli.ts';

const test = suite('.env');
const BOM = '\ufeff';

function utf16(text: string, endian: 'le' | 'be'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return endian === 'le' ? bytes : bytes.swap16();
}

test('byte order marks, UTF-16 and any line endings are supported (T24)', () => {
  const lines = ['TEST_ENV_URL=postgres://u:p@127.0.0.1/a', 'TEST_ENV_NAME="zwei Wörter"', '# end', ''];
  for (const end of ['\n', '\r\n', '\r']) {
    const text = lines.join(end);
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(BOM + text),
      utf16(BOM + text, 'le'),
      utf16(BOM + text, 'be'),
      utf16(text, 'le'),
      utf16(text, 'be'),
    ]) {
      const folder = temporaryFolder();
      writeFileSync(path.join(folder, '.env'), bytes);
      try {
        loadEnvFile(folder);
        assert.is(process.env.TEST_ENV_URL, 'postgres://u:p@127.0.0.1/a');
        assert.is(process.env.TEST_ENV_NAME, 'zwei Wörter');
      } finally {
        delete process.env.TEST_ENV_URL;
        delete process.env.TEST_ENV_NAME;
      }
    }
  }
});

test('a .env that cannot be read is reported with its path', async () => {
  const folder = await newProject();
  const file = path.join(folder, '.env');
  rmSync(file, { force: true });
  mkdirSync(file);
  const { code, stderr } = await runCli(folder, ['start']);
  assert.is(code, 2);
  assert.match(stderr, `${file} cannot be read.`);
  assert.match(stderr, 'RIO-ENVIRONMENT-FILE');
});

test('the environment overrides the file; an empty or missing file has no effect', () => {
  const folder = temporaryFolder();
  loadEnvFile(folder);
  writeFileSync(path.join(folder, '.env'), '');
  loadEnvFile(folder);
  writeFileSync(path.join(folder, '.env'), 'TEST_ENV_NAME=file\n');
  process.env.TEST_ENV_NAME = 'shell';
  try {
    loadEnvFile(folder);
    assert.is(process.env.TEST_ENV_NAME, 'shell');
  } finally {
    delete process.env.TEST_ENV_NAME;
  }
  assert.is(envText(Buffer.from('')), '');
});
