import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import * as assert from 'uvu/assert';
import type { Context } from '../../../core/http/context.ts';
import { discardUnread } from '../../../core/http/discard-rest.ts';
import { suite } from '../../support/suite.ts';

const test = suite('what is left of a body');

test('attack: a body that nobody wanted to read is thrown away, and has an end', async () => {
  const req = new IncomingMessage(new Socket());
  await discardUnread()({ req } as Context, async () => {});
  assert.ok(req.readableFlowing, 'it is taken off the line');
  const closed = new Promise((resolve) => req.once('close', resolve));
  req.push(Buffer.alloc(51_000_000));
  await closed;
  assert.ok(req.destroyed);
});

test('a body that was read, or that is being read, is left alone', async () => {
  const whole = new IncomingMessage(new Socket());
  whole.complete = true;
  await discardUnread()({ req: whole } as Context, async () => {});
  assert.is(whole.readableFlowing, null);
  const begun = new IncomingMessage(new Socket());
  begun.pause();
  await discardUnread()({ req: begun } as Context, async () => {});
  assert.is(begun.readableFlowing, false);
});
