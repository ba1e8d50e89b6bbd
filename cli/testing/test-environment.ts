import type { Environment } from '../../core/settings.ts';

/** The environment of a development server with a database, which no variable of this process changes. */
export function testEnvironment(databaseUrl: string, port: number): Environment {
  return {
    production: false,
    port,
    host: '127.0.0.1',
    databaseUrl,
    databaseOwnerUrl: undefined,
    publicUrl: undefined,
    allowHttp: false,
    secretKeys: ['test-key-that-is-long-enough-for-any-check'],
    logLevel: 'error',
    variables: {},
  };
}
