// Run by killed-server.long.test.ts in a separate process: a server without scheduled tasks, which is killed.
//
//   node killed-server.ts DATABASE_URL

import { flushCompileCache } from 'node:module';
import { serve } from '../../core/process/serve.ts';
import { killableApp, killedServer } from '../support/killable-app.ts';

const [, , databaseUrl = ''] = process.argv;
const application = await killableApp(databaseUrl, killedServer);
// Their statements would be counted.
const { port, host } = application.app.environment;
const { url } = await serve(application.booted, { port, host }, { schedule: false });
process.stdout.write(`${url}\n`);
// A killed process cannot do this at its end.
flushCompileCache();
