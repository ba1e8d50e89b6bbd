// Several plugins disabled at once: see `disabled-plugins.test.ts`.
import { declareTestsWithout } from './without-plugins.ts';

declareTestsWithout([]);
declareTestsWithout(['mail', 'jobs', 'recovery']);
declareTestsWithout(['admin', 'audit']);
declareTestsWithout(['admin', 'audit', 'theme']);
