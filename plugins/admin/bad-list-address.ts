import type { App } from '../../core/app.ts';
import { RustioError } from '../../core/errors.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import type { AskProblem } from '../../core/query/parse-ask.ts';

/** 400 for an address that asks a list for something it does not know; nothing is guessed. */
export function badListAddress(
  app: App,
  model: ModelInfo,
  problems: readonly AskProblem[],
  params: URLSearchParams,
): RustioError {
  const typed = problems.every(({ name, why }) => why === 'malformed' && name.startsWith('f.'));
  if (typed) return badFilterValue(app, model, problems, params);
  const names = [...new Set(problems.map(({ name }) => name))].slice(0, 5).join(', ').slice(0, 200);
  return new RustioError(
    'RIO-LIST-ADDRESS',
    {
      problem: 'This address asks for something that the list does not know.',
      why: `Not understood: ${names}. A field may have been renamed, or the link is damaged.`,
      fix: 'Open the list afresh and choose again.',
      retry: 'With the clean list.',
    },
    { status: 400, link: { url: app.urls.list(model), label: 'error.cleanList' }, params: { names } },
  );
}

/** Somebody typed what a filter cannot read: the rest of the list's address is kept. */
function badFilterValue(
  app: App,
  model: ModelInfo,
  problems: readonly AskProblem[],
  params: URLSearchParams,
): RustioError {
  // Both ends of a range are one filter, whichever of them could not be read.
  const fields = new Set(problems.map(({ name }) => name.split('.')[1] ?? ''));
  const isMeant = (name: string): boolean => name.startsWith('f.') && fields.has(name.split('.')[1] ?? '');
  const values = [...params]
    .filter(([name]) => isMeant(name))
    .map(([name, value]) => `${model.fields.get(name.split('.')[1] ?? '')?.label ?? name}: “${value}”`)
    .join(', ')
    .slice(0, 200);
  const rest = new URLSearchParams([...params].filter(([name]) => !isMeant(name)));
  return new RustioError(
    'RIO-LIST-VALUE',
    {
      problem: 'The list cannot be narrowed by what was typed.',
      why: `Not understood: ${values}.`,
      fix: 'Write numbers without separators between thousands (1250.50) and dates as 2026-11-20, or do without the filter.',
      retry: 'With another value.',
    },
    {
      status: 400,
      link: { url: app.urls.list(model) + (rest.size === 0 ? '' : `?${rest}`), label: 'error.withoutFilter' },
      params: { values },
    },
  );
}
