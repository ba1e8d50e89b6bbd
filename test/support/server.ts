export { environmentOf, type TestServer, testServer } from '../../cli/testing/test-server.ts';
