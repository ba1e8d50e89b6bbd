import { cleanUp } from '../../cli/testing/clean-up.ts';
import { afterAllSuites } from './suite.ts';

export { openBrowser, type TestBrowser, type VisitOptions, type Visitor } from '../../cli/testing/browser.ts';

afterAllSuites(cleanUp);
