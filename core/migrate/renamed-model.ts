/** A model that a migration renames. */
export interface RenamedModel {
  readonly from: string;
  readonly to: string;
  /** The permissions of the model, without its name: `view`, `add`. */
  readonly verbs: readonly string[];
}

/**
 * Rewrites the names of models in the rows of a plugin. The SQL becomes part of the project's migration, in both directions. It
 * must also run in a database that does not have the plugin's tables. Names of models consist of letters and digits, so they need
 * no quoting.
 *
 * @example
 * const bookmarks: RenamedModelSql = {
 *   name: 'bookmarks',
 *   sql: ({ from, to }) => [
 *     ifTableExists('acme_bookmark', [`update acme_bookmark set model = '${to}' where model = '${from}';`]),
 *   ],
 * };
 */
export interface RenamedModelSql {
  readonly name: string;
  sql(model: RenamedModel): readonly string[];
}

/**
 * Statements that run only if a table exists, for `RenamedModelSql`.
 *
 * @example
 * ifTableExists('acme_bookmark', ['update acme_bookmark set seen = false;'])
 */
export function ifTableExists(table: string, statements: readonly string[]): string {
  return [
    'do $rename$ begin',
    `  if to_regclass('${table}') is not null then`,
    ...statements.map((statement) => `    ${statement.replaceAll('\n', '\n    ')}`),
    '  end if;',
    'end $rename$;',
  ].join('\n');
}
