import { cleanUp } from '../../cli/testing/clean-up.ts';
import { afterAllFiles } from './suite.ts';

export { preparedTemplate, type TestDatabase, testDatabase } from '../../cli/testing/test-database.ts';

// Our runner ends its processes itself.
afterAllFiles(cleanUp);
