import type { App } from '../../core/app.ts';
import { defineError } from '../../core/errors/define-error.ts';
import type { RustioError } from '../../core/errors/rustio-error.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { type ListQueryProblem, MAX_PAGE, MIN_PAGE } from '../../core/query/parse-list-query.ts';

export const unknownListQuery = defineError<{ names: string }>('RIO-LIST-QUERY', {
  status: 400,
  problem: 'This link contains an unknown or invalid filter, sort order or page size.',
  why: ({ names }) => `Not recognised: ${names}. A field may have been renamed since the link was saved.`,
  fix: 'Open the list without filters and set them again.',
  about: `A field may have been renamed since the link was saved, or the query string has an invalid sort order or page size. The page
links to the list without filters.`,
});

export const listTooLargeToSort = defineError<{ column: string }>('RIO-LIST-SORT', {
  status: 400,
  problem: ({ column }) => `This list is too large to be sorted by “${column}”.`,
  why: 'A list of more than 50,000 rows can be sorted only by columns that have an index.',
  fix: 'Open the list in its default order and sort it by another column. Administrators can add an index to the column.',
  about: `The table had fewer rows when the link was saved. Sorting a large table by a column without an index would be slow, so only columns with an index can be
sorted by. To allow it, set \`index: true\` on the field. Row counts are PostgreSQL's estimates: if one is wrong, run \`analyze\` for the table.`,
});

/** 400 for a query string with unknown names or invalid values. The error page links to the list without filters. */
export function listQueryError(
  app: App,
  model: ModelInfo,
  problems: readonly ListQueryProblem[],
  params: URLSearchParams,
): RustioError {
  const link = { url: app.urls.list(model), label: 'error.cleanList' };
  const tooLarge = problems.find(({ why }) => why === 'tooLarge')?.field;
  if (tooLarge !== undefined && problems.every(({ why }) => why === 'tooLarge'))
    return listTooLargeToSort({ column: tooLarge.label, link });
  const parts = problems.map(({ name }) => {
    const part = `${name}=${params.get(name) ?? ''}`.slice(0, 60);
    return name === 'size' ? `${part} (${MIN_PAGE}–${MAX_PAGE})` : part;
  });
  const names = [...new Set(parts)].slice(0, 5).join(', ').slice(0, 200);
  return unknownListQuery({ names, link });
}

export const readOnlyRecords = defineError('RIO-MODEL-READ-ONLY', {
  status: 403,
  problem: 'These records cannot be added, edited or deleted here.',
  why: 'They are managed elsewhere, such as on other pages, on the command line or by another program.',
  fix: 'Go back to the list.',
  about: `The model is \`readOnly\`, so it has no forms, whatever permissions a user has. Users and groups are managed on the pages of the
plugin \`accounts\` or with \`npx rustio-admin user\` and \`group\`; views and other read-only tables by the program that they belong to.`,
});

/** 403 for the forms of a read-only model. The error page links to the list. */
export function readOnlyError(app: App, model: ModelInfo): RustioError {
  return readOnlyRecords({ link: { url: app.urls.list(model), label: 'error.openList' } });
}

export const fileContentMissing = defineError('RIO-FILES-MISSING', {
  status: 500,
  problem: 'The content of this file is missing or damaged.',
  why: 'The record refers to a file that is not in the file storage, or has another size there.',
  fix: 'Contact your administrator. If you have a copy of the file, upload it again.',
  about: `A record refers to a file whose content is not in the file storage: it was deleted from the storage, replaced by a link, truncated (by a full disk or an incomplete restore), or the file folder has changed. Restore the file under the key shown in the log. See [files](files.md).`,
});
