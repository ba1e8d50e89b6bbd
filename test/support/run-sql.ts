import { withPlainConnection } from '../../core/database/plain-connection.ts';

const OPTIONS = { applicationName: 'tests' };

/** Runs any number of statements outside the application, like other programs and migrations. */
export async function runSql(url: string, text: string): Promise<void> {
  await withPlainConnection(url, (client) => client.query(text), OPTIONS);
}

/** The rows of a statement that runs outside the application. */
export async function queryRows(url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return withPlainConnection(url, async (client) => (await client.query(statement)).rows, OPTIONS);
}
