import type { Access } from '../../core/http/context.ts';
import type { Route } from '../../core/http/route.ts';
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
      const described = app.routes.map(describe);
      if (values.json === true) return print(JSON.stringify(described, undefined, 2));
      const head = ['METHOD', 'PATH', 'ACCESS', 'BODY', 'OWNER', 'RESPONSES'];
      const rows = described.map((route) => [
        route.method,
        route.path,
        accessText(route.access),
        bodyText(route),
        route.owner,
        route.responses.join(' '),
      ]);
      for (const line of columns([head, ...rows])) print(line);
    }),
};

/** A route as `--json` shows it; public, so only what is meant to be relied on. */
function describe({ method, path, access, schemes, csrf, body, format, skipGates, summary, owner, responses }: Route) {
  const { files, ...limits } = body;
  return {
    method,
    path,
    access,
    authenticate: schemes,
    csrf,
    body: {
      ...limits,
      ...(files !== undefined && { files: typeof files === 'function' ? 'as the fields say' : files }),
    },
    format,
    skipGates,
    summary: summary ?? null,
    owner,
    responses: [...responses].sort((one, other) => one - other),
  };
}

function accessText(access: Access): string {
  return Object.entries(access)
    .map(([kind, wanted]) => (wanted === true ? kind : `${kind} ${String(wanted)}`))
    .join(' + ');
}

function bodyText({ body: { kind, ...limits } }: ReturnType<typeof describe>): string {
  const given = Object.entries(limits).map(([name, size]) => `${name} ${size}`);
  return kind === 'none' ? '-' : [kind, ...given].join(', ');
}
