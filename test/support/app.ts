import './database.ts';

export { PASSWORD, type TestApp, type TestAppOptions, testApp } from '../../cli/testing/test-app.ts';
