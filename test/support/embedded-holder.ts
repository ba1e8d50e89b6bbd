/**
 * A process that uses the embedded server of a folder, for tests that start and kill several such processes. It reports the
 * server, leaves on request, and ignores Ctrl-C like a draining server. With `forget`, it exits without leaving.
 */
import { startEmbedded } from '../../core/database/embedded.ts';

const [home, mode] = process.argv.slice(2);
if (home === undefined) throw new Error('embedded-holder.ts needs a folder');
process.on('SIGINT', () => {});

const { url, started, note, leave } = await startEmbedded(home);
process.send?.({ url, started, note });
if (mode === 'forget') process.disconnect();
else
  process.once('message', async () => {
    process.send?.({ wasLast: await leave() });
    process.disconnect();
  });
