import type { App } from '../../core/app.ts';
import { RustioError } from '../../core/errors.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import type { AskProblem } from '../../core/query/parse-ask.ts';

/** 400 for an address that asks a list for something it does not know; nothing is guessed. */
export function badListAddress(app: App, model: ModelInfo, problems: readonly AskProblem[]): RustioError {
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
