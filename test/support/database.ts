import { cleanUp } from '../../cli/testing/clean-up.ts';
import { afterAllFiles } from './suite.ts';

export { preparedTemplate, type TestDatabase, testDatabase } from '../../cli/testing/test-database.ts';

// The test runner ends its processes itself.
afterAllFiles(cleanUp);
