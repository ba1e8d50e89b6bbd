import type { Access } from '../../core/http/context.ts';
import type { Route } from '../../core/http/router.ts';
import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { columns } from '../terminal.ts';
import { withTools } from '../tools.ts';

export const routes: CliCommand = {
  name: 'routes',
  description: 'List every route: who may use it, what its body may be, what it answers',
  options: { json: { description: 'As JSON', type: 'boolean' } },
  run: ({ projectOption, values, print }) =>
    withTools(projectFolder(projectOption), 'config', async ({ app }) => {
      const described = (app?.routes ?? []).map(describe);
      if (values.json === true) return print(JSON.stringify(described, undefined, 2));
      const head = ['METHOD', 'PATH', 'ACCESS', 'BODY', 'OWNER', 'ANSWERS'];
      const rows = described.map((route) => [
        route.method,
        route.path,
        accessText(route.access),
        bodyText(route),
        route.owner,
        route.answers.join(' '),
      ]);
      for (const line of columns([head, ...rows])) print(line);
    }),
};

/** A route as `--json` shows it; public, so only what is meant to be relied on. */
function describe({ method, path, access, options, owner, answers }: Route) {
  return {
    method,
    path,
    access,
    body: method === 'POST' ? { ...options.body, ...filesText(options.body?.files) } : null,
    despite: options.despite ?? [],
    owner,
    answers: [...answers].sort((one, other) => one - other),
  };
}

function filesText(files: NonNullable<Route['options']['body']>['files']): { files?: string } {
  if (files === undefined) return {};
  return { files: typeof files === 'function' ? 'as the fields say' : files };
}

function accessText(access: Access): string {
  return Object.entries(access)
    .map(([kind, wanted]) => (wanted === true ? kind : `${kind} ${String(wanted)}`))
    .join(' + ');
}

function bodyText({ body }: ReturnType<typeof describe>): string {
  if (body === null) return '-';
  const limits = Object.entries(body).map(([kind, size]) => `${kind} ${size}`);
  return limits.length === 0 ? 'form' : limits.join(', ');
}
