import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { discardUnread } from '../../../core/http/body-parser.ts';
import type { Context } from '../../../core/request/context.ts';
import { suite } from '../../support/suite.ts';

const test = suite('unread bodies');

test('attack: an unread body is discarded up to a limit', async () => {
  const req = new IncomingMessage(new Socket());
  await discardUnread()({ req } as Context, async () => {});
  assert.ok(req.readableFlowing, 'it is read');
  const closed = new Promise((resolve) => req.once('close', resolve));
  req.push(Buffer.alloc(51_000_000));
  await closed;
  assert.ok(req.destroyed);
});

test('a body that has been read, or is being read, is not discarded', async () => {
  const complete = new IncomingMessage(new Socket());
  complete.complete = true;
  await discardUnread()({ req: complete } as Context, async () => {});
  assert.is(complete.readableFlowing, null);
  const started = new IncomingMessage(new Socket());
  started.pause();
  await discardUnread()({ req: started } as Context, async () => {});
  assert.is(started.readableFlowing, false);
});
