/** Errors of the command line: invalid arguments, scaffolding, development and testing. */
import { defineError } from '../core/errors/define-error.ts';

// RIO-CLI-USAGE. `hint` explains how to show the command's help, and may contain a suggestion.

export const invalidCommandLine = defineError<{ message: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ message }) => `${message}.`,
  why: 'The command line is not valid.',
  fix: ({ hint }) => hint,
  about: `The command line is not valid: an unknown command or option, a missing or unexpected argument, or a value that is not allowed.
No changes were made; the exit code is 2. Run \`npx rustio-admin COMMAND --help\` for the usage of a command.`,
});

export const unknownCommand = defineError<{ command: string; available: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ command }) => `Unknown command "${command}".`,
  why: ({ available }) => `Available: ${available}.`,
  fix: ({ hint }) => hint,
});

export const subcommandMissing = defineError<{ command: string; available: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ command }) => `"${command}" requires a subcommand.`,
  why: ({ available }) => `Available: ${available}.`,
  fix: ({ hint }) => hint,
});

/** `owner` is empty or, for example, ` of "user create"`. */
export const unknownOption = defineError<{ option: string; owner: string; available: string; hint: string }>(
  'RIO-CLI-USAGE',
  {
    exitCode: 2,
    problem: ({ option, owner }) => `Unknown option "${option}"${owner}.`,
    why: ({ available }) =>
      available === '' ? 'This command has no options of its own.' : `Available options: ${available}.`,
    fix: ({ hint }) => hint,
  },
);

export const unexpectedArgument = defineError<{ argument: string; usage: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ argument }) => `Unexpected argument "${argument}".`,
  why: ({ usage }) => `Usage: ${usage}.`,
  fix: ({ hint }) => hint,
});

/** `argument` is, for example, `<email>` or `--role`. */
export const argumentMissing = defineError<{ argument: string; usage: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ argument }) => `${argument} is missing.`,
  why: ({ usage }) => `Usage: ${usage}.`,
  fix: ({ hint }) => hint,
});

export const valueMissing = defineError<{ option: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ option }) => `--${option} requires exactly one value.`,
  why: 'No value was given.',
  fix: ({ hint }) => hint,
});

export const notOneValue = defineError<{ option: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ option }) => `--${option} requires exactly one value.`,
  why: 'No value, or more than one value, was given.',
  fix: ({ hint }) => hint,
});

export const invalidChoice = defineError<{ value: string; option: string; choices: string; hint: string }>(
  'RIO-CLI-USAGE',
  {
    exitCode: 2,
    problem: ({ value, option }) => `"${value}" is not a valid value for --${option}.`,
    why: ({ choices }) => `Allowed: ${choices}.`,
    fix: ({ hint }) => hint,
  },
);

export const notANumber = defineError<{ option: string; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ option }) => `The value of --${option} is not a number.`,
  why: 'This option requires a number.',
  fix: ({ hint }) => hint,
});

export const invalidPort = defineError<{ max: number }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: 'The value of --port is not a valid port.',
  why: ({ max }) => `A port is a whole number from 0 to ${max}.`,
  fix: 'Use a port number, such as --port 8001.',
});

export const invalidWorkerCount = defineError<{ max: number }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: 'The value of --workers is not a valid number of processes.',
  why: ({ max }) => `It must be a whole number from 1 to ${max}, usually the number of CPU cores.`,
  fix: 'Use a number of processes, such as --workers 2.',
});

export const stepsWithTo = defineError('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: '--steps and --to cannot be used together.',
  why: 'Each of them sets how far to revert.',
  fix: 'Remove one of them.',
});

export const invalidSteps = defineError<{ value: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ value }) => `${value} is not a valid value for --steps.`,
  why: 'It is the number of migrations to revert.',
  fix: 'Use a whole number above 0.',
});

export const unknownSource = defineError<{ source: string; available: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: ({ source }) => `"${source}" has no migrations.`,
  why: ({ available }) => `Available: ${available}.`,
  fix: 'Use one of these names.',
});

export const reasonWithoutAccount = defineError<{ hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: '--reason requires --as.',
  why: 'The reason is recorded for changes made as a user.',
  fix: ({ hint }) => hint,
});

export const invalidReason = defineError<{ max: number; hint: string }>('RIO-CLI-USAGE', {
  exitCode: 2,
  problem: 'The value of --reason is not valid.',
  why: ({ max }) => `The reason is stored in the audit trail with every change, and must have 1 to ${max} characters.`,
  fix: ({ hint }) => hint,
});

export const promptCancelled = defineError('RIO-CLI-CANCELLED', {
  exitCode: 2,
  problem: 'No changes were made.',
  why: 'The prompt was cancelled.',
  fix: 'Run the command again, or pass the value as an option.',
  about:
    'A prompt was cancelled with Ctrl-C or Ctrl-D, or the answer did not confirm the action. No changes were made; exit code 2.',
});

export const notConfirmed = defineError<{ expected: string }>('RIO-CLI-CANCELLED', {
  exitCode: 2,
  problem: 'No changes were made.',
  why: ({ expected }) => `The answer was not "${expected}".`,
  fix: 'Run the command again, and type the name as it is shown.',
});

export const commandConflict = defineError<{ command: string; plugin: string; owner: string }>('RIO-CLI-CONFLICT', {
  problem: ({ command, plugin, owner }) =>
    `The command "${command}" of the plugin "${plugin}" already belongs to ${owner}.`,
  why: 'Command names must be unique, and the names of built-in commands are reserved.',
  fix: ({ plugin }) => `Rename it in the plugin "${plugin}", or disable that plugin: plugins: { '${plugin}': false }.`,
  about: `Two plugins, or a plugin and rustio-admin itself, define a command with the same name; the first words of the built-in commands
(\`migrate\`, \`start\`, …) are reserved. Rename the command in your plugin, or disable the plugin. Startup reports the same conflict.`,
});

export const migrationsPending = defineError<{ command: string; count: number }>('RIO-CLI-PENDING', {
  problem: ({ command }) => `"${command}" cannot run: its tables do not exist yet.`,
  why: ({ count }) => (count === 1 ? '1 migration is pending.' : `${count} migrations are pending.`),
  fix: 'Run: npx rustio-admin migrate',
  about:
    'A command needs tables of a plugin whose migrations have not been applied. Run `npx rustio-admin migrate` first.',
});

export const accountUnknown = defineError<{ name: string }>('RIO-CONSOLE-ACCOUNT', {
  exitCode: 2,
  problem: ({ name }) => `There is no active user ${name}.`,
  why: 'The user does not exist or has been deactivated. No changes were made.',
  fix: 'Use the name of a user who can sign in.',
  about: `The user in \`npx rustio-admin console --as\` cannot be used: they do not exist, they were deactivated, their permissions changed while the
console was open, or no plugin can look up users. Uncommitted changes were rolled back; exit code 2.`,
});

export const accountChanged = defineError<{ name: string }>('RIO-CONSOLE-ACCOUNT', {
  exitCode: 2,
  problem: ({ name }) => `The permissions of ${name} have changed since the console started.`,
  why: 'The changes were made with the old permissions. They were rolled back.',
  fix: 'Start the console again, and repeat the changes that are still allowed.',
});

export const accountsUnavailable = defineError('RIO-CONSOLE-ACCOUNT', {
  exitCode: 2,
  problem: '--as cannot be used in this project.',
  why: 'No enabled plugin provides the service "users" with the method `find`.',
  fix: 'Enable a plugin that provides this service, such as auth, or start the console without --as, which is read-only.',
});

export const invalidProjectName = defineError<{ name: string; issue: string }>('RIO-STARTPROJECT-NAME', {
  exitCode: 2,
  problem: ({ name }) => `"${name}" is not a valid project name.`,
  why: ({ issue }) => `It is used as folder name and package name, and ${issue}.`,
  fix: 'Choose another name, for example: npx rustio-admin startproject air-safety-desk',
  about:
    'The name is used for a folder and an npm package: lowercase letters, digits, hyphens, dots and underscores are allowed.',
});

export const projectFolderNotEmpty = defineError<{ folder: string }>('RIO-STARTPROJECT-FOLDER', {
  exitCode: 2,
  problem: ({ folder }) => `The folder ${folder} is not empty.`,
  why: 'startproject does not write into a folder that has files.',
  fix: 'Choose another name, or empty the folder.',
  about: 'The folder exists and is not empty; no files were written.',
});

export const invalidAppName = defineError<{ name: string }>('RIO-STARTAPP-NAME', {
  exitCode: 2,
  problem: ({ name }) => `"${name}" is not a valid app name.`,
  why: 'App names must be lowercase words separated by hyphens, starting with a letter.',
  fix: 'Choose another name, for example: npx rustio-admin startapp stock-takes',
  about: 'The name of an app is used for a folder and in code: use lowercase words separated by hyphens.',
});

export const appFolderExists = defineError<{ folder: string }>('RIO-STARTAPP-FOLDER', {
  exitCode: 2,
  problem: ({ folder }) => `${folder} already exists in the project.`,
  why: 'startapp does not overwrite existing files.',
  fix: 'Choose another name, or move the existing folder away.',
  about: 'The project already has a file or folder with this name; no files were written.',
});

export const configNotChanged = defineError<{ folder: string }>('RIO-STARTAPP-CONFIG', {
  problem: 'rustio.config.ts could not be changed automatically. No files were created.',
  why: 'It must contain an import and exactly one `models` and one `admins` property. These lines would be added:',
  fix: ({ folder }) =>
    `Create ${folder}/models.ts manually, export models and admins from it, and add the lines above.`,
  about: `\`startapp\` changes \`rustio.config.ts\` only if it contains an import and exactly one \`models\` and one \`admins\` property. Any other config is
left unchanged; add the lines from the message yourself.`,
});

export const invalidPluginName = defineError<{ name: string; reserved: string }>('RIO-STARTPLUGIN-NAME', {
  exitCode: 2,
  problem: ({ name }) => `"${name}" is not a valid plugin name.`,
  why: ({ reserved }) => `Plugin names must be lowercase words separated by hyphens. Reserved names: ${reserved}.`,
  fix: 'Choose another name, for example: npx rustio-admin startplugin guest-book',
  about: `The name of a plugin is used for a folder, for view names and in code: use lowercase words separated by hyphens. Names of built-in
plugins and reserved words of core and JavaScript are not allowed. No files were written.`,
});

export const pluginFolderExists = defineError<{ folder: string }>('RIO-STARTPLUGIN-FOLDER', {
  exitCode: 2,
  problem: ({ folder }) => `${folder} already exists in the project.`,
  why: 'startplugin does not overwrite existing files.',
  fix: 'Choose another name, or move the folder away.',
  about: 'The project already has a folder with this name; no files were written.',
});

export const devInProduction = defineError('RIO-DEV-PRODUCTION', {
  exitCode: 2,
  problem: '"npx rustio-admin dev" does not run in production.',
  why: 'NODE_ENV is "production". dev restarts on file changes and shows error details in the browser.',
  fix: 'Use "npx rustio-admin start", or unset NODE_ENV.',
  about: '`dev` does not run when `NODE_ENV` is `production`. Use `start`.',
});

export const seedNotExported = defineError<{ file: string }>('RIO-SEED-EXPORT', {
  problem: ({ file }) => `${file} does not export a function "seed".`,
  why: 'The module in the `seed` setting must export a function with this name, which fills a new development database.',
  fix: ({ file }) => `Add to ${file}: export async function seed({ app, database, log }: SeedContext) { … }`,
  about:
    'The `seed` setting of the config names the module. Add to it: `export async function seed({ app, database, log }: SeedContext) { … }`.',
});

export const browserMissing = defineError<{ reason: string }>('RIO-TESTING-BROWSER', {
  problem: 'No browser could be started for the tests.',
  why: ({ reason }) => reason,
  fix: 'Run: npm install --save-dev playwright-core @sparticuz/chromium. Or install Chrome and set CHROME_PATH.',
  about: `\`openBrowser\` of \`rustio-admin/testing\` did not find a browser. Install \`playwright-core\` and, on Linux, \`@sparticuz/chromium\` as
development dependencies, or set \`CHROME_PATH\` to an installed Chrome or Chromium.`,
});

export const commandUnfinished = defineError('RIO-CLI-UNFINISHED', {
  problem: 'The command stopped before it finished.',
  why: 'It is waiting for something that can no longer happen: the process has no open timer, connection or file.',
  fix: 'Check its last output. In a command of your project or of a plugin, look for a promise that never settles.',
  about: 'A command awaited a promise that could never settle. Without this error, Node would have exited with code 0.',
});

/** The stack is in the details. */
export const unexpectedCliError = defineError<{ message: string }>('RIO-UNEXPECTED', {
  problem: ({ message }) => message,
  why: 'Unexpected error (a bug in the project, a plugin or rustio-admin). Stack trace:',
  fix: 'If the stack trace shows code of your project, start there. Otherwise report a bug and include the stack trace.',
  about:
    'An unexpected error: a bug in the project, in a plugin, or in rustio-admin. The lines under "Why" are the stack trace.',
});
