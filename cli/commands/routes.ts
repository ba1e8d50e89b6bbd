import { z } from 'zod';
import type { Route } from '../../core/http/route.ts';
import { describeStack } from '../../core/http/router.ts';
import type { Access } from '../../core/request/route-info.ts';
import type { CliCommand } from '../cli-command.ts';
import { withBooted } from '../command-context.ts';
import { projectFolder } from '../project-folder.ts';
import { columns } from '../terminal.ts';

export const routes: CliCommand = {
  name: 'routes',
  description: 'List all routes with access, authentication, request body and responses',
  options: {
    json: { description: 'Print JSON, including schemas', type: 'boolean' },
    stack: { description: 'Include the middleware of each route, in order', type: 'boolean' },
  },
  run: ({ projectOption, values, print }) =>
    withBooted(projectFolder(projectOption), async (booted) => {
      const withStack = values.stack === true;
      const described = booted.routes.map((route) => ({
        ...describe(route),
        ...(withStack && { stack: describeStack(route, booted.app, booted) }),
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

/** The JSON representation of a route. The format is public, so it contains only stable properties. */
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
    query: schemaText(route.query, 'input'),
    input: schemaText(route.input, 'input'),
    output: schemaText(route.output, 'output'),
    owner,
    responses: [...responses].sort((a, b) => a - b),
  };
}

/** A JSON schema; null if the route has none. What JSON Schema cannot express (a transform, a date) becomes `{}`. */
function schemaText(schema: z.ZodType | undefined, io: 'input' | 'output') {
  return schema === undefined ? null : z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}

function accessText(access: Access): string {
  return Object.entries(access)
    .map(([kind, required]) => (required === true ? kind : `${kind} ${String(required)}`))
    .join(' + ');
}

function bodyText({ body: { kind, ...limits } }: ReturnType<typeof describe>): string {
  return kind === 'none' ? '-' : [kind, ...Object.entries(limits).map(([name, size]) => `${name} ${size}`)].join(', ');
}
