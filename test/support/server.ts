export { serverEnvironment, type TestServer, testServer } from '../../cli/testing/test-server.ts';
