/** Errors in a project's config, environment and plugins, and errors during startup. */
import { defineError } from './define-error.ts';

const CONFIG_FILE = 'rustio.config.ts';

/** An error in a declaration of a project or plugin. All problems are reported together, and startup fails. */
export interface BootProblem {
  /** The location: `admin of strike: list`. */
  readonly where: string;
  /** What is wrong, with a "did you mean" where there is one. */
  readonly problem: string;
}

/** Reports a problem with a declaration: where it is, and what is wrong. */
export type ReportProblem = (where: string, problem: string) => void;

export const projectMissing = defineError<{ searched: string }>('RIO-PROJECT-MISSING', {
  exitCode: 2,
  problem: ({ searched }) => `${CONFIG_FILE} was not found in ${searched}.`,
  why: `This command needs a project, a folder that contains ${CONFIG_FILE}.`,
  fix: 'Change to the project folder, use --project FOLDER, or create a project: npx rustio-admin startproject NAME',
  about: `The current folder and its parents were searched. Change to your project, use \`--project FOLDER\`, or create
a project with \`npx rustio-admin startproject NAME\`.`,
});

export const projectFolderInvalid = defineError<{ folder: string }>('RIO-PROJECT-FOLDER', {
  exitCode: 2,
  problem: ({ folder }) => `The path of the project contains a backslash: ${folder}`,
  why: 'Node does not load modules from such a path.',
  fix: 'Rename the folder.',
  about: 'Node does not load modules from such a path. Rename the folder.',
});

/** `place`: the file, with the line where it is known. */
export const configNotLoaded = defineError<{ message: string; place: string }>('RIO-CONFIG-LOAD', {
  problem: ({ message, place }) => `The project could not be loaded: ${message} (${place}).`,
  why: `${CONFIG_FILE}, or a file that it imports, could not be compiled or threw an error.`,
  fix: ({ place }) => `Fix ${place}.`,
  about: `\`rustio.config.ts\`, or a file that it imports, could not be compiled or threw an error. The message gives the file and line. TypeScript is
run with type stripping, so \`enum\`, \`namespace\` and parameter properties are not supported, and relative imports must end in \`.ts\`.
The \`package.json\` of the project needs \`"type": "module"\`: with \`"type": "commonjs"\`, Node rejects \`import\` and \`export\`.`,
});

export const configPackageMissing = defineError<{ message: string; place: string; name: string }>('RIO-CONFIG-LOAD', {
  problem: ({ message, place }) => `The project could not be loaded: ${message} (${place}).`,
  why: `${CONFIG_FILE}, or a file that it imports, could not be compiled or threw an error.`,
  fix: ({ name }) => `Run npm install, or add "${name}" to package.json.`,
});

/** `packageFile`: the path of the package.json that applies to the file. */
export const configNotModule = defineError<{ place: string; packageFile: string }>('RIO-CONFIG-LOAD', {
  problem: ({ place, packageFile }) =>
    `${place} is not loaded as an ES module, because ${packageFile} has "type": "commonjs".`,
  why: 'Projects use import and export, which work only in ES modules.',
  fix: ({ packageFile }) => `Set "type": "module" in ${packageFile}.`,
});

export const configNotExported = defineError('RIO-CONFIG-EXPORT', {
  problem: `${CONFIG_FILE} has no default export.`,
  why: 'The default export is the configuration of the project.',
  fix: 'Add: export default defineConfig({ name: "…", models });',
  about: 'Add `export default defineConfig({ … })`.',
});

export const invalidConfig = defineError<{ count: number }>('RIO-CONFIG-SHAPE', {
  problem: `Invalid ${CONFIG_FILE}.`,
  why: ({ count }) => (count === 1 ? '1 setting is not valid:' : `${count} settings are not valid:`),
  fix: `Fix ${CONFIG_FILE}.`,
  about:
    'A setting in `rustio.config.ts` is unknown or has an invalid value. The message lists each one with its path.',
});

export const invalidVariable = defineError<{ issue: string }>('RIO-ENVIRONMENT', {
  exitCode: 2,
  problem: ({ issue }) => (issue.endsWith('?') ? issue : `${issue}.`),
  why: 'Environment variables are checked before the server starts.',
  fix: 'Fix it in the environment or in the .env file of the project.',
  about: `An environment variable has an invalid value. Variables come from the environment and from the \`.env\` file of the project; the
environment takes precedence. The message never contains the values, since they may be secrets.`,
});

export const invalidVariables = defineError<{ count: number }>('RIO-ENVIRONMENT', {
  exitCode: 2,
  problem: ({ count }) => `${count} environment variables are not valid.`,
  why: 'Environment variables are checked before the server starts.',
  fix: 'Fix them in the environment or in the .env file of the project.',
});

export const envFileUnreadable = defineError<{ file: string; reason: string }>('RIO-ENVIRONMENT-FILE', {
  exitCode: 2,
  problem: ({ file }) => `${file} cannot be read.`,
  why: ({ reason }) => `${reason}.`,
  fix: 'Make it a file that this process may read, or delete it.',
  about: `The \`.env\` file of the project exists but cannot be read. Docker creates a folder of this name if the file that it mounts is missing.`,
});

export const databaseUrlMissing = defineError('RIO-ENVIRONMENT-MISSING', {
  exitCode: 2,
  problem: 'DATABASE_URL is not set.',
  why: 'NODE_ENV is "production"; the embedded database is for development only.',
  fix: 'Set DATABASE_URL to a PostgreSQL 15 to 18 database: postgres://user:password@host:5432/name',
  about: `\`NODE_ENV\` is \`production\`, and \`DATABASE_URL\` is not set. The embedded database is for development only, so that a production
server never starts with an empty database by mistake.`,
});

export const publicUrlMissing = defineError('RIO-ENVIRONMENT-URL', {
  exitCode: 2,
  problem: 'PUBLIC_URL is not set.',
  why: 'NODE_ENV is "production", where forms are accepted only from the public URL, and cookies are bound to it.',
  fix: 'Set PUBLIC_URL to the URL that users open, such as https://desk.example.org',
  about: `\`NODE_ENV\` is \`production\`, and \`PUBLIC_URL\` (or \`publicUrl\` in the config) is missing or is not an https URL. Without it the
session cookie would be sent unencrypted, and forms would be accepted under any host name. Set it to the URL that users open. If the
application is intentionally served over plain HTTP, such as in an isolated network, also set \`ALLOW_HTTP=true\`.`,
});

export const publicUrlNotHttps = defineError('RIO-ENVIRONMENT-URL', {
  exitCode: 2,
  problem: 'The public URL is not an https URL.',
  why: 'NODE_ENV is "production"; over plain http, passwords and session cookies are sent unencrypted.',
  fix: 'Serve the application over TLS and set PUBLIC_URL to its https URL. If plain http is intended, set ALLOW_HTTP=true.',
});

export const bootProblems = defineError<{ count: number }>('RIO-BOOT-PROBLEMS', {
  exitCode: 2,
  problem: ({ count }) =>
    `The application could not start: ${count === 1 ? '1 problem' : `${count} problems`} in its configuration.`,
  why: 'The configuration is checked before the server starts.',
  fix: ({ count }) => (count === 1 ? 'Correct it, and start again.' : 'Correct them, and start again.'),
  about: `The application could not start because of errors in models, admin options or plugins. The message lists all of them, each with
its location: an unknown field name (with a suggestion), two plugins that define the same thing, a plugin that requires a disabled plugin, an
unknown option. No requests were served. Exit code 2.`,
});

/** `suggestions`: `"auth", or `, the disabled plugins that have a policy. */
export const policyMissing = defineError<{ suggestions: string }>('RIO-BOOT-POLICY', {
  problem: 'No enabled plugin provides an access policy.',
  why: 'Data access is denied unless a plugin has a policy that implements `may`.',
  fix: ({ suggestions }) => `Enable ${suggestions}another plugin that has \`policies\`.`,
  about: `Data access is denied unless at least one enabled plugin has a policy that implements \`may\`. This happens when \`auth\` is disabled
and no other plugin provides a policy.`,
});

/** `place`: the hook, and the part of it that failed if it has several: `` `hooks`, in `beforeSave` for order ``. */
export const hookFailed = defineError<{ plugin: string; place: string; reason: string }>('RIO-PLUGIN-HOOK', {
  problem: ({ plugin, place, reason }) => `The plugin "${plugin}" failed in ${place}: ${reason}`,
  why: 'This function of the plugin threw an error. Stack trace:',
  fix: 'Start at the first line of the stack trace that is in the plugin.',
  about: `
A function of a plugin (\`routes\`, \`start\`, a save hook, …) threw an error. The message names the plugin and the hook; the lines below it
are its stack trace.`,
});

export const serviceMissing = defineError<{ name: string; suggestion: string }>('RIO-SERVICE-MISSING', {
  problem: ({ name }) => `No enabled plugin provides the service "${name}".`,
  why: 'The plugin that provides it is disabled or missing.',
  fix: ({ suggestion }) => `Enable that plugin, and list it in \`requires\`.${suggestion}`,
  about: `Code requests a service (\`app.service('sms')\`) that no enabled plugin provides. Enable the plugin, and list it in \`requires\` of
the plugin that needs it, so that startup reports it.`,
});

export const serviceCircular = defineError<{ name: string; path: string }>('RIO-SERVICE-CIRCULAR', {
  problem: ({ name, path }) => `The service "${name}" depends on itself: ${path}.`,
  why: 'Each of these services requests the next one while it is being created.',
  fix: 'In one of them, call `app.service` when the other service is used, not when the service is created.',
  about: `Services request each other while they are being created; the message shows the path. In one of them, call \`app.service\` when
the other service is used, not when the service is created.`,
});

export const portTaken = defineError<{ port: number }>('RIO-SERVE-PORT', {
  problem: ({ port }) => `Port ${port} is already in use.`,
  why: 'Another program is listening on it; perhaps this application is already running.',
  fix: ({ port }) => {
    const other = port < 65_535 ? port + 1 : 8_001;
    return `Stop the other program, or choose another port: PORT=${other} in .env, or --port ${other} (with npm: -- --port ${other}).`;
  },
  about: `Another program is listening on the port, often the same application in another terminal. Stop it, or choose another port:
\`npm start -- --port 8001\`, or \`PORT=8001\` in \`.env\`; 0 picks any free port.`,
});

export const addressUnusable = defineError<{ host: string; port: number; reason: string }>('RIO-SERVE-HOST', {
  problem: ({ host, port }) => `The server cannot listen on ${host}, port ${port}.`,
  why: ({ reason }) => reason,
  fix: 'Set HOST to 127.0.0.1, or to 0.0.0.0 for every address of this machine. Ports below 1024 may need special permissions.',
  about: `\`HOST\` is not an address of this machine or not a host name, or the process is not permitted to use the port. \`HOST\` is an address
without scheme or port: \`127.0.0.1\`, \`::1\`, \`0.0.0.0\`.`,
});

/** The error to report if a server cannot listen; an unfamiliar one is returned unchanged. */
export function listenError(error: Error, { host, port }: { readonly host: string; readonly port: number }): Error {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return portTaken({ port });
  const reasons: Readonly<Record<string, string>> = {
    ENOTFOUND: `"${host}" is not a known host name or an IP address.`,
    EAI_AGAIN: `"${host}" could not be resolved.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine.`,
    EACCES: 'The process does not have permission to use this port.',
    EINVAL: `${host} cannot be used as an address.`,
  };
  // fault: host-mistaken-for-the-database
  const reason = reasons[code];
  return reason === undefined ? error : addressUnusable({ host, port, reason, cause: error });
}

export const startTimeout = defineError<{ plugin: string; seconds: number }>('RIO-SERVE-START', {
  problem: ({ plugin, seconds }) => `The plugin "${plugin}" did not start within ${seconds} seconds.`,
  why: 'Its `start` hook never resolved.',
  fix: 'Check what `start` waits for, such as a service that is down or a lock that another process holds.',
  about: `The \`start\` hook of a plugin did not resolve within 30 seconds. Check what it waits for, such as a service that is down or a lock
that another process holds.`,
});

/** The fix for every failure of `start --workers`. */
const singleProcess = 'Run without `--workers` to see the error in a single process.';

export const webProcessFailed = defineError<{ number: number; end: string }>('RIO-SERVE-WORKERS', {
  problem: ({ number, end }) => `Web process ${number} exited before it was listening (${end}).`,
  why: 'Its own message is printed above.',
  fix: `Fix the error in that message. ${singleProcess}`,
  about: `A web process of \`npx rustio-admin start --workers N\` exited before it was listening, or the processes crashed five times in a row
within seconds. Their own errors are printed above, or in the log. ${singleProcess}`,
});

/** A web process exited with code 2: its config or its environment is invalid. */
export const webProcessRejected = defineError<{ number: number; end: string }>('RIO-SERVE-WORKERS', {
  exitCode: 2,
  problem: webProcessFailed.definition.problem,
  why: webProcessFailed.definition.why,
  fix: webProcessFailed.definition.fix,
});

export const crashLoop = defineError<{ count: number; end: string }>('RIO-SERVE-WORKERS', {
  problem: ({ count, end }) => `Web processes crashed ${count} times in a row, each within seconds (${end}).`,
  why: 'The processes will not be restarted. Their errors are in the log.',
  fix: `Fix the last error in the log. ${singleProcess}`,
});
