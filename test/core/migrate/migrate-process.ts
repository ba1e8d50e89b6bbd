// A process that migrates, for tests that kill it: node migrate-process.ts URL FOLDER
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';

const [url = '', folder = ''] = process.argv.slice(2);
await migrate(
  url,
  migrationSources(folder, []).filter(({ name }) => name === 'project'),
  { by: 'process' },
);
