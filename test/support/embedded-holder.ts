/**
 * A process that uses the embedded server of a folder, for tests that start and kill several of them. It tells what it got,
 * leaves when it is told to, and like a server that drains ignores Ctrl-C. With `forget` it ends without leaving.
 */
import { startEmbedded } from '../../core/database/embedded.ts';

const [home, how] = process.argv.slice(2);
if (home === undefined) throw new Error('embedded-holder.ts needs a folder');
process.on('SIGINT', () => {});

const { url, started, note, leave } = await startEmbedded(home);
process.send?.({ url, started, note });
if (how === 'forget') process.disconnect();
else
  process.once('message', async () => {
    process.send?.({ wasLast: await leave() });
    process.disconnect();
  });
