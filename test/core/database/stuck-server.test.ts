import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { ServerLocation } from '../../../core/database/embedded/location.ts';
import { StuckServer } from '../../../core/database/embedded/stuck-server.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const test = suite('a server that never accepts connections');

function serverWith(state: string): { readonly location: ServerLocation; readonly data: string } {
  const data = temporaryFolder();
  writeFileSync(path.join(data, 'postmaster.pid'), [process.pid, data, 0, 5432, '', '', '', state].join('\n'));
  const nowhere = { binaries: { folder: '', version: '' }, user: undefined, log: '', portFile: '', note: undefined };
  return { data, location: { ...nowhere, data } };
}

test('a server without a startup process is considered stuck after the timeout', async () => {
  for (const state of ['starting', 'ready']) {
    const { location } = serverWith(state);
    const stuck = new StuckServer(location, 10);
    assert.is(await stuck.isStuck('not accepting'), false, 'it may just be starting its startup process');
    await until(() => stuck.isStuck('not accepting'));
    assert.is(await new StuckServer(location).isStuck('not accepting'), false);
  }
});

test('a busy, stopping or recovering server is not stuck', async () => {
  assert.is(await new StuckServer(serverWith('ready').location, -1).isStuck('none'), false, 'it is overloaded');
  assert.is(await new StuckServer(serverWith('stopping').location, -1).isStuck('not accepting'), false);
  const { location, data } = serverWith('ready');
  if (process.platform !== 'linux') return;
  const startup = spawn('sleep', ['60'], { argv0: 'postgres: startup recovering 0001', cwd: data });
  try {
    await new Promise((resolve) => startup.once('spawn', resolve));
    assert.is(await new StuckServer(location, -1).isStuck('not accepting'), false);
  } finally {
    startup.kill();
    await new Promise((resolve) => startup.once('exit', resolve));
  }
  assert.is(await new StuckServer(location, -1).isStuck('not accepting'), true);
});
