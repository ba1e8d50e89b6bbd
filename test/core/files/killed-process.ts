// Run by life.test.ts in a separate process: adds a record with a file, replaces the file, deletes the record, and is killed at
// the moment named by the second argument.

import { openDatabase } from '../../../core/database/pool.ts';
import { type FileStore, localFiles } from '../../../core/files/file-store.ts';
import { createFiles } from '../../../core/files/files.ts';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { ALL_ROWS } from '../../../core/policy/policy.ts';
import { createEvents } from '../../../core/write/events.ts';
import { createWrite } from '../../../core/write/write.ts';
import { Memo, memo, models } from './memo.ts';

const [, , url = '', moment = '', folder = ''] = process.argv;
let seen = 0;
/** `put begins 2`: the second time. */
function at(what: string): void {
  const [requested, time = '1'] = moment.split('#');
  if (what !== requested) return;
  seen += 1;
  if (seen === Number(time)) process.kill(process.pid, 'SIGKILL');
}

const plain = localFiles(folder);
const store: FileStore = {
  async put(key, content) {
    at('put begins');
    content.on('end', () => at('put has read all'));
    await plain.put(key, content);
    at('put ends');
  },
  open: (key) => plain.open(key),
  async remove(key) {
    at('remove begins');
    await plain.remove(key);
    at('remove ends');
  },
};

const database = await openDatabase(url);
const files = createFiles({ database, store, incoming: `${folder}-incoming` });
const events = createEvents(new Set(['create', 'update', 'delete']), [
  { '*': async (_tx, { name }) => at(`${name} is recorded`) },
]);
const allowAll = { holds: () => true, may: () => true, mayField: () => true, rows: () => ALL_ROWS };
const write = createWrite({ models, policy: allowAll, events, files });
const context: AuditContext = {
  actor: { kind: 'job', name: 'tests', permissions: 'all' },
  correlationId: 'x',
  ip: null,
  credential: null,
};

async function upload(text: string): Promise<string> {
  const added = await files.add(context.actor, memo, `${text}.txt`, Buffer.from(text));
  if (!added.ok) throw new Error(added.issue.key);
  return added.value.key;
}

const first = await upload('first');
await database.transaction((tx) => write.create(tx, context, Memo, { scan: first }));
at('the record is added');
const second = await upload('second');
await database.transaction((tx) => write.update(tx, context, Memo, '1', { scan: second }));
at('the file is exchanged');
await database.transaction((tx) => write.remove(tx, context, Memo, '1'));
at('the record is deleted');
await database.close();
