import { z } from 'zod';
import type { Booted } from '../../core/boot.ts';
import type { Access } from '../../core/http/context.ts';
import type { Route } from '../../core/http/route.ts';
import { describeStack } from '../../core/http/router.ts';
import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { columns } from '../terminal.ts';
import { withBooted } from '../tools.ts';

export const routes: CliCommand = {
  name: 'routes',
  description: 'List every route: who may use it, what its body may be, how it responds',
  options: {
    json: { description: 'As JSON, with schemas', type: 'boolean' },
    stack: { description: 'With the middleware of each route, in order', type: 'boolean' },
  },
  run: ({ projectOption, values, print }) =>
    withBooted(projectFolder(projectOption), async (booted) => {
      const withStack = values.stack === true;
      const described = booted.app.routes.map((route) => ({
        ...describe(route),
        ...(withStack && { stack: stackNames(route, booted) }),
      }));
      if (values.json === true) return print(JSON.stringify(described, undefined, 2));
      const head = ['METHOD', 'PATH', 'ACCESS', 'AUTHENTICATION', 'BODY', 'OWNER', 'RESPONSES'];
      const rows = described.map((route) => [
        route.method,
        route.path,
        accessText(route.access),
        route.authenticate.join(' or ') || '-',
        bodyText(route),
        route.owner,
        route.responses.join(' '),
      ]);
      const [headLine = '', ...lines] = columns([head, ...rows]);
      print(headLine);
      for (const [index, line] of lines.entries()) {
        print(line);
        const stack = described[index]?.stack;
        if (stack !== undefined) print(`  ${stack.join(' > ')}`);
      }
    }),
};

/** The names of a route's middleware: those of plugins as they are declared, ours as their functions are called. */
function stackNames(route: Route, { app, authenticators, middleware }: Booted): string[] {
  return describeStack(route, app, { authenticators, middleware });
}

/** A route as `--json` shows it; public, so only what can be relied on. */
function describe(route: Route) {
  const { method, path, access, schemes, csrf, body, format, skipGates, summary, owner, responses } = route;
  const { files, ...limits } = body;
  return {
    method,
    path,
    access,
    authenticate: schemes,
    csrf,
    body: {
      ...limits,
      ...(files !== undefined && { files: typeof files === 'function' ? 'by field' : files }),
    },
    format,
    skipGates,
    summary: summary ?? null,
    query: schemaOf(route.query, 'input'),
    input: schemaOf(route.input, 'input'),
    output: schemaOf(route.output, 'output'),
    owner,
    responses: [...responses].sort((one, other) => one - other),
  };
}

/** A JSON schema, null where the route has none. What JSON schema cannot express (a transform, a date) becomes `{}`. */
function schemaOf(schema: z.ZodType | undefined, io: 'input' | 'output') {
  return schema === undefined ? null : z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}

function accessText(access: Access): string {
  return Object.entries(access)
    .map(([kind, required]) => (required === true ? kind : `${kind} ${String(required)}`))
    .join(' + ');
}

function bodyText({ body: { kind, ...limits } }: ReturnType<typeof describe>): string {
  const given = Object.entries(limits).map(([name, size]) => `${name} ${size}`);
  return kind === 'none' ? '-' : [kind, ...given].join(', ');
}
