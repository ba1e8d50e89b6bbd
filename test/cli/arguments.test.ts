import * as assert from 'uvu/assert';
import { type CliCommand, usageOf } from '../../cli/cli-command.ts';
import { ownCommands, readCommandLine } from '../../cli/command-line.ts';
import { dev } from '../../cli/commands/dev.ts';
import { start } from '../../cli/commands/start.ts';
import { parseArguments } from '../../cli/parse-arguments.ts';
import { CLI_COMMANDS } from '../../core/command.ts';
import { RustioError } from '../../core/errors.ts';
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
    active: { type: 'boolean', description: 'At once' },
    limit: { type: 'number', description: 'Most' },
  }),
];

async function read(...words: string[]) {
  const parsed = await parseArguments(words, { commands, version: '1.2.3' });
  if (parsed.kind === 'print') return parsed.text;
  return { name: parsed.command.name, values: parsed.values, project: parsed.projectOption };
}

async function refused(...words: string[]): Promise<RustioError> {
  const outcome = await read(...words).catch((error: unknown) => error);
  if (!(outcome instanceof RustioError)) throw new Error(`"${words.join(' ')}" was not refused`);
  assert.is(outcome.code, 'RIO-CLI-USAGE');
  assert.is(outcome.exitCode, 2);
  return outcome;
}

test('the command with the most words that fit is meant', async () => {
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

test('positions and options come by name, digits stay text, and defaults are filled in', async () => {
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

test('help is asked for by an option or by the first word, and `help` is a value like any other elsewhere', async () => {
  assert.equal(await read('user', 'password', 'help'), {
    name: 'user password EMAIL',
    values: { email: 'help' },
    project: undefined,
  });
  const text = async (...words: string[]) => {
    const parsed = await readCommandLine(words);
    return parsed.kind === 'print' ? parsed.text : 'it runs';
  };
  assert.match(await text('help'), 'startplugin <name>');
  assert.is(await text('help', 'startapp'), await text('startapp', '-h'));
  assert.match(await text('help', 'startapp'), 'rustio-admin startapp <name>');
});

test('a misspelt command is answered with the one that was meant', async () => {
  assert.match((await refused('strat')).parts.fix, '"rustio-admin start"');
  assert.match((await refused('migrate', 'makee')).parts.fix, '"rustio-admin migrate make"');
  assert.match((await refused('user', 'craete')).parts.fix, '"rustio-admin user create"');
  assert.match((await refused('user')).parts.problem, 'needs one more word');
});

test('a misspelt option is answered with the one that was meant', async () => {
  const error = await refused('user', 'create', '--emial', 'a@b');
  assert.match(error.parts.problem, '--emial');
  assert.match(error.parts.fix, 'Did you mean --email?');
  assert.match((await refused('start', '-x')).parts.problem, '"-x"');
});

test('what is missing, superfluous or impossible is refused', async () => {
  assert.match((await refused('user', 'password')).parts.problem, '<email> is missing');
  assert.match((await refused('user', 'create')).parts.problem, '--email is missing');
  assert.match((await refused('start', 'now')).parts.problem, '"now" is one argument too many');
  assert.match((await refused('user', 'create', '--email', 'a', '--limit', 'many')).parts.problem, 'is not a number');
  assert.match((await refused('user', 'create', '--email', 'a', '--email', 'b')).parts.problem, 'exactly one');
  for (const written of [
    ['--limit', 'Infinite'],
    ['--limit', ' '],
    ['--limit='],
    ['--limit'],
    ['--limit', '1', '--limit', '2'],
  ]) {
    assert.match((await refused('user', 'create', '--email', 'a', ...written)).parts.problem, '--limit ');
  }
  const role = await refused('user', 'create', '--email', 'a', '--role', 'staf');
  assert.match(role.parts.why, 'staff, administrator');
  assert.match(role.parts.fix, '--role staff');
});

test('help names every command, and of one command what it takes', async () => {
  const overview = await read('--help');
  for (const command of commands) assert.ok(String(overview).includes(usageOf(command)));
  assert.is(await read(), overview);
  const one = String(await read('user', 'create', '--help'));
  assert.match(one, '--role');
  assert.match(one, 'choices: "staff", "administrator"] [default: "staff"');
  assert.match(String(await read('user', '--help')), 'user password <email>');
  assert.not.match(String(await read('user', '--help')), 'migrate');
  assert.is(await read('--version'), '1.2.3');
});

test('core knows the first word of every command of ours, so that no plugin can take one', () => {
  const first = new Set(ownCommands.map(({ name }) => name.split(' ')[0]));
  assert.equal([...first, 'help'].sort(), [...CLI_COMMANDS].sort());
});

test('an argument behind `--`, an option without its command and a switch that is negated are refused', async () => {
  assert.match((await refused('start', '--', 'x')).parts.problem, '"x"');
  assert.match((await refused('--hlep')).parts.problem, '--hlep');
  assert.match((await refused('user', 'create', '--email', 'a', '--no-active')).parts.problem, '--no-active');
});

test('the shell is offered commands, then their options and the values of those', async () => {
  const complete = async (...words: string[]) =>
    String(await read('--get-yargs-completions', 'rustio-admin', ...words));
  assert.equal((await complete('')).split('\n'), ['start', 'migrate', 'user']);
  assert.equal((await complete('user', '')).split('\n'), ['password', 'create']);
  assert.equal((await complete('user', 'create', '--role', '')).split('\n'), ['staff', 'administrator']);
  assert.match(await complete('user', 'create', '--em'), '--email');
});

test('`start` and `dev` refuse what is no port before they open anything, and their help tells of the option', async () => {
  for (const command of [start, dev]) {
    for (const port of [65_536, 80.5, -1, Number.POSITIVE_INFINITY]) {
      const call = {
        values: { port },
        projectOption: '/nowhere',
        signal: new AbortController().signal,
        print: () => {},
        askSecret: async () => undefined,
      };
      const error = await rustioFailureOf(command.run(call));
      assert.is(error.code, 'RIO-CLI-USAGE', String(port));
      assert.is(error.exitCode, 2);
    }
    const help = await parseArguments([command.name, '--help'], { commands: [command], version: '1.2.3' });
    assert.match(help.kind === 'print' ? help.text : '', /--port .*0 for any free one.*\[number\]/s);
  }
});
