import * as assert from 'uvu/assert';
import { type CliCommand, formatUsage } from '../../cli/cli-command.ts';
import { builtInCommands, readCommandLine } from '../../cli/command-line.ts';
import { dev, start } from '../../cli/commands/start.ts';
import { parseArguments } from '../../cli/parse-arguments.ts';
import { CLI_COMMANDS } from '../../core/command.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';

const test = suite('command line');

function command(name: string, options: CliCommand['options'] = {}): CliCommand {
  return { name, description: `Does ${name}.`, options, run: async () => {} };
}

const commands = [
  command('start'),
  command('migrate'),
  command('migrate make [NAME]'),
  command('user password EMAIL'),
  command('user create', {
    email: { type: 'string', description: 'Address', required: true },
    role: { type: 'string', description: 'Role', choices: ['staff', 'administrator'], default: 'staff' },
    active: { type: 'boolean', description: 'Immediately' },
    limit: { type: 'number', description: 'Maximum' },
  }),
];

async function read(...words: string[]) {
  const parsed = await parseArguments(words, { commands, version: '1.2.3' });
  if (parsed.kind === 'print') return parsed.text;
  return { name: parsed.command.name, values: parsed.values, project: parsed.projectOption };
}

async function rejected(...words: string[]): Promise<RustioError> {
  const outcome = await read(...words).catch((error: unknown) => error);
  if (!(outcome instanceof RustioError)) throw new Error(`"${words.join(' ')}" was not rejected`);
  assert.is(outcome.code, 'RIO-CLI-USAGE');
  assert.is(outcome.exitCode, 2);
  return outcome;
}

test('the command that matches the most words is selected', async () => {
  assert.equal(await read('migrate'), { name: 'migrate', values: {}, project: undefined });
  assert.equal(await read('migrate', 'make', 'add status'), {
    name: 'migrate make [NAME]',
    values: { name: 'add status' },
    project: undefined,
  });
  assert.equal(await read('migrate', 'make'), {
    name: 'migrate make [NAME]',
    values: { name: undefined },
    project: undefined,
  });
});

test('positional arguments and options are read by name, digits remain text, and defaults apply', async () => {
  assert.equal(await read('user', 'password', '12345', '--project', '/desk'), {
    name: 'user password EMAIL',
    values: { email: '12345' },
    project: '/desk',
  });
  assert.equal(await read('user', 'create', '--email=a@b', '--active', '--limit', '5'), {
    name: 'user create',
    values: { email: 'a@b', role: 'staff', active: true, limit: 5 },
    project: undefined,
  });
});

test('help is requested by an option or as the first word; elsewhere `help` is an ordinary value', async () => {
  assert.equal(await read('user', 'password', 'help'), {
    name: 'user password EMAIL',
    values: { email: 'help' },
    project: undefined,
  });
  const text = async (...words: string[]) => {
    const parsed = await readCommandLine(words);
    return parsed.kind === 'print' ? parsed.text : 'runs';
  };
  assert.match(await text('help'), 'startplugin <name>');
  assert.is(await text('help', 'startapp'), await text('startapp', '-h'));
  assert.match(await text('help', 'startapp'), 'rustio-admin startapp <name>');
});

test('a misspelled command gets a suggestion', async () => {
  assert.match((await rejected('strat')).parts.fix, '"npx rustio-admin start"');
  assert.match((await rejected('migrate', 'makee')).parts.fix, '"npx rustio-admin migrate make"');
  assert.match((await rejected('user', 'craete')).parts.fix, '"npx rustio-admin user create"');
  assert.match((await rejected('user')).parts.problem, 'requires a subcommand');
});

test('a misspelled option gets a suggestion', async () => {
  const error = await rejected('user', 'create', '--emial', 'a@b');
  assert.match(error.parts.problem, '--emial');
  assert.match(error.parts.fix, 'Did you mean --email?');
  assert.match((await rejected('start', '-x')).parts.problem, '"-x"');
});

test('options named after properties of Object.prototype are just unknown options', async () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])
    for (const words of [[`--${name}`], [`--${name}`, 'x'], [`--${name}=x`]])
      for (const start of [['start'], ['user', 'create', '--email', 'a@b']])
        assert.is((await rejected(...start, ...words)).parts.problem, `Unknown option "--${name}".`);
  assert.equal(await read('user', 'password', 'constructor'), {
    name: 'user password EMAIL',
    values: { email: 'constructor' },
    project: undefined,
  });
});

test('missing, unexpected and invalid arguments are rejected', async () => {
  assert.match((await rejected('user', 'password')).parts.problem, '<email> is missing');
  assert.match((await rejected('user', 'create')).parts.problem, '--email is missing');
  assert.match((await rejected('start', 'now')).parts.problem, 'Unexpected argument "now"');
  assert.match((await rejected('user', 'create', '--email', 'a', '--limit', 'many')).parts.problem, 'is not a number');
  assert.match((await rejected('user', 'create', '--email', 'a', '--email', 'b')).parts.problem, 'exactly one');
  for (const words of [
    ['--limit', 'Infinite'],
    ['--limit', ' '],
    ['--limit='],
    ['--limit'],
    ['--limit', '1', '--limit', '2'],
  ]) {
    assert.match((await rejected('user', 'create', '--email', 'a', ...words)).parts.problem, '--limit ');
  }
  const role = await rejected('user', 'create', '--email', 'a', '--role', 'staf');
  assert.match(role.parts.why, 'staff, administrator');
  assert.match(role.parts.fix, '--role staff');
});

test('help lists every command, and for one command its arguments and options', async () => {
  const overview = await read('--help');
  for (const command of commands) assert.ok(String(overview).includes(formatUsage(command)));
  assert.is(await read(), overview);
  const one = String(await read('user', 'create', '--help'));
  assert.match(one, '--role');
  assert.match(one, 'choices: "staff", "administrator"] [default: "staff"');
  assert.match(String(await read('user', '--help')), 'user password <email>');
  assert.not.match(String(await read('user', '--help')), 'migrate');
  assert.is(await read('--version'), '1.2.3');
});

test('core reserves the first word of every built-in command, so that no plugin can define one', () => {
  const first = new Set(builtInCommands.map(({ name }) => name.split(' ')[0]));
  assert.equal([...first, 'help'].sort(), [...CLI_COMMANDS].sort());
});

test('an argument after `--`, an option without a command and a negated flag are rejected', async () => {
  assert.match((await rejected('start', '--', 'x')).parts.problem, '"x"');
  assert.match((await rejected('--hlep')).parts.problem, '--hlep');
  assert.match((await rejected('user', 'create', '--email', 'a', '--no-active')).parts.problem, '--no-active');
});

test('completion offers commands, their options, and the values of options', async () => {
  const complete = async (...words: string[]) =>
    String(await read('--get-yargs-completions', 'rustio-admin', ...words));
  assert.equal((await complete('')).split('\n'), ['start', 'migrate', 'user']);
  assert.equal((await complete('user', '')).split('\n'), ['password', 'create']);
  assert.equal((await complete('user', 'create', '--role', '')).split('\n'), ['staff', 'administrator']);
  assert.match(await complete('user', 'create', '--em'), '--email');
});

test('`start` and `dev` reject an invalid port before opening anything, and their help lists the option', async () => {
  for (const command of [start, dev]) {
    for (const port of [65_536, 80.5, -1, Number.POSITIVE_INFINITY]) {
      const call = {
        values: { port },
        projectOption: '/nowhere',
        signal: new AbortController().signal,
        print: () => {},
        ask: async () => undefined,
        askSecret: async () => undefined,
      };
      const error = await rustioFailureOf(command.run(call));
      assert.is(error.code, 'RIO-CLI-USAGE', String(port));
      assert.is(error.exitCode, 2);
    }
    const help = await parseArguments([command.name, '--help'], { commands: [command], version: '1.2.3' });
    assert.match(help.kind === 'print' ? help.text : '', /--port .*0 for any free port.*\[number\]/s);
  }
});
