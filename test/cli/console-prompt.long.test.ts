// The console as a user at a terminal has it: a prompt that goes on after errors, completion, Ctrl-C, history.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { sql } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { asUser, type ConsoleDesk, consoleDesk } from './console-desk.ts';
import { RunningCli } from './run-cli.ts';

const test = suite('console: prompt');
const TERMINAL = `--import=${path.join(import.meta.dirname, 'fake-terminal.ts')}`;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
let desk: ConsoleDesk;

test.before(async () => {
  desk = await consoleDesk();
});
test.after(() => desk.app.close());

class Terminal {
  readonly cli: RunningCli;
  #from = 0;

  constructor(words: readonly string[], environment: Record<string, string> = {}) {
    this.cli = new RunningCli(desk.folder, ['console', ...words], {
      ...desk.environment,
      NODE_OPTIONS: TERMINAL,
      TERM: 'xterm',
      ...environment,
    });
  }

  /** What was printed since the last call, up to the next prompt with this state. */
  async prompt(state: string): Promise<string> {
    return this.shown(new RegExp(`(?:^|\\n|\\r|J)${state.replaceAll(/[()]/g, '\\$&')}> [^\\n]*$`));
  }

  async shown(pattern: RegExp): Promise<string> {
    await this.cli.until(pattern, this.#from);
    const printed = this.cli.stdout.slice(this.#from);
    this.#from = this.cli.stdout.length;
    return stripVTControlCharacters(printed).replaceAll('\r', '');
  }

  /** Enters a line; returns what it printed, without the echo of the line. */
  async enter(line: string, state: string): Promise<string> {
    this.cli.type(`${line}\r`);
    const printed = await this.shown(new RegExp(`\\n[^\\n]*${state.replaceAll(/[()]/g, '\\$&')}> [^\\n]*$`));
    return printed.slice(printed.indexOf('\n') + 1).replace(/[^\n]*$/, '');
  }

  async leave(keys = CTRL_D): Promise<string> {
    this.cli.type(keys);
    assert.is(await this.cli.ended, 0, this.cli.stderr);
    return stripVTControlCharacters(this.cli.stdout.slice(this.#from));
  }
}

async function openTerminal(
  words = asUser(desk.administrator),
  environment: Record<string, string> = {},
): Promise<Terminal> {
  const terminal = new Terminal(words, environment);
  await terminal.shown(/development.*> [^\n]*$/);
  return terminal;
}

const CLEAN = 'development';
const CHANGED = 'development (1 uncommitted)';

test('it shows the actor and the database, continues after an error, and reports what is rolled back on exit', async () => {
  const terminal = new Terminal(asUser(desk.administrator));
  const banner = await terminal.prompt(CLEAN);
  assert.match(
    banner,
    /^Desk, development\nDatabase .*\nActing as {2}\S+\nReason {5}fix the import of 12 March\nChanges are rolled back/,
  );
  assert.is(await terminal.enter("const created = await write.create(Order, { number: 'P1' })", CHANGED), '');
  assert.is(
    await terminal.enter("await write.create(Order, { number: 'P1' })", CHANGED),
    'The order was not created.\n  Number: Another record already has this value.\n',
  );
  assert.is(await terminal.enter('created.label', CHANGED), "'P1'\n");
  assert.is(await terminal.enter('_', CHANGED), "'P1'\n");
  assert.match(await terminal.leave(), 'Rolled back 1 change. To keep changes, enter .commit before you leave.');
  assert.not.ok((await desk.orders()).includes('P1 open'));
});

test('.commit keeps the changes, and .rollback discards them', async () => {
  const terminal = await openTerminal();
  await terminal.enter("await write.create(Order, { number: 'P2' })", CHANGED);
  assert.is(await terminal.enter('.rollback', CLEAN), 'Rolled back 1 change.\n');
  await terminal.enter("await write.create(Order, { number: 'P3' })", CHANGED);
  assert.match(await terminal.enter('.commit', CLEAN), /^Committed 1 change\. Correlation ID: \S+\n$/);
  assert.not.match(await terminal.leave('.exit\r'), 'Rolled back');
  const orders = await desk.orders();
  assert.ok(orders.includes('P3 open') && !orders.includes('P2 open'));
});

test('errors are plain sentences', async () => {
  const terminal = await openTerminal();
  for (const [input, reason] of [
    [
      "await write.update(Order, 1, { status: 'opn', total: -1 })",
      /^The order 1 was not changed\.\n {2}Status: Choose one .*\n {2}Total: This must be 0 or more\.\n$/,
    ],
    [
      "await write.create(Order, { nmber: 'X' })",
      /^The order was not created\.\n {2}nmber: There is no field “nmber”\.\n/,
    ],
    ['await write.update(Order, 999, {})', /^The order 999 was not changed\. It does not exist, or .* to view it\.\n$/],
    ['Ordr', /^ReferenceError: Ordr is not defined\. Did you mean "Order"\?\n$/],
    [
      "records.list(Order, { filter: { stats: 'open' } })",
      /^filter: "stats" cannot be used as a filter\. Did you mean "status"\?/,
    ],
    [
      "records.list(Order, { filter: { status: 'opn' }, sort: 'x' })",
      /^filter\.status: use one or more of: open, shipped, closed\.\nsort: use up to three of these fields/,
    ],
    ["records.list('order')", /^The first argument must be a model/],
    ['records.list(Order, { filtr: {} })', /^"filtr" is not an option\. Did you mean "filter"\?/],
    ['await write.update(Order, 1)', /^Pass the values as an object/],
    ["query('select 1')", /^Pass a statement: query\(sql\.unsafe`select …`\)\.\n$/],
    ['records.list(Order, { limit: 0 })', /^limit: use a whole number from 1 to 1000/],
    ["records.list(Order, { after: 'nonsense' })", /^after: use the value of `next`/],
    ['await query(sql.unsafe`select * from nope`)', /^PostgreSQL reports: relation "nope" .* \(SQLSTATE 42P01\)\n$/],
    ['await query(sql.unsafe`delete from order_line`)', /^`query` only reads\./],
    ['await query(sql.unsafe`/* keep */ commit`)', /^`query` cannot control the transaction\./],
    ['app.database.transaction(async () => {})', /^Problem: A transaction was opened inside another transaction\./],
    ["import { x } from './x.ts'", /Use import\(\): const \{ name \} = await import\('\.\/file\.ts'\)/],
    ["throw new Error('oops')", /^Error: oops\n {4}at console:1:7\n$/],
  ] as const) {
    const shown = await terminal.enter(input, CLEAN);
    assert.match(shown, reason, input);
    assert.not.match(shown, 'node:', input);
  }
  const caught = 'try { await query(sql.unsafe`select * from nope`) } catch {}';
  assert.is(await terminal.enter(`${caught}; (await write.create(Order, { number: 'P4' })).label`, CHANGED), "'P4'\n");
  await terminal.leave();
});

test('without an account, nothing can be changed by write, SQL or the pool', async () => {
  const terminal = await openTerminal([]);
  for (const [input, reason] of [
    [
      "await write.create(Order, { number: 'X' })",
      'This console is read-only. To change data, start it with --as EMAIL',
    ],
    ['await tx.query(sql.unsafe`delete from order_line`)', 'read-only transaction (SQLSTATE 25006)'],
    ['await tx.query(sql.unsafe`set transaction read write`)', 'SQLSTATE 25001'],
    ['await app.database.query(sql.unsafe`delete from order_line`)', 'RIO-DATABASE-POOL-IN-TRANSACTION'],
    ['.commit', 'There is nothing to commit.'],
  ] as const) {
    const shown = await terminal.enter(input, 'development (read-only)');
    assert.ok(shown.includes(reason), `${input}: ${shown}`);
  }
  await terminal.leave();
  const withoutReason = await openTerminal(['--as', desk.administrator]);
  assert.match(await withoutReason.enter('await write.remove(Order, 1)', 'development (read-only)'), 'is read-only.');
  await withoutReason.leave();
});

test("the account's permissions, row rules and field rules apply, and SQL is rejected", async () => {
  const email = await desk.app.account('staff', ['order.view', 'order.change']);
  const terminal = await openTerminal(asUser(email));
  for (const [input, expected] of [
    ["(await records.list(Order, { search: 'A', sort: 'number' })).map(({ number }) => number)", "[ 'A1', 'A2' ]\n"],
    ['await records.get(Order, 3)', 'null\n'],
    ["'margin' in (await records.get(Order, 1))", 'false\n'],
    ["await write.create(Order, { number: 'X' })", `${email} does not have permission to create orders.`],
    ['await write.update(Order, 3, { total: 1 })', 'It does not exist, or'],
    ['await write.update(Order, 1, { margin: 1 })', 'There is no field “margin”.'],
    ['records.list(Order, { filter: { margin: 1 } })', '"margin" cannot be used as a filter.'],
    ['records.list(OrderLine)', `${email} does not have permission to view order lines.`],
    ['await query(sql.unsafe`select 1`)', `SQL ignores permissions, and ${email} does not have all of them.`],
  ] as const) {
    const shown = await terminal.enter(input, CLEAN);
    assert.ok(shown.includes(expected), `${input}: ${shown}`);
  }
  assert.is(await terminal.enter('(await write.update(Order, 1, { total: 12 })).label', CHANGED), "'A1'\n");
  await terminal.leave();
});

test('a waiting console holds no transaction unless it has uncommitted changes', async () => {
  const held = async () => {
    const rows = await desk.app.app.database.any(sql.unsafe`
      select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
    `);
    return rows.length;
  };
  const terminal = await openTerminal();
  await terminal.enter('await records.count(Order)', CLEAN);
  assert.is(await held(), 0);
  await terminal.enter('await write.update(Order, 2, { total: 20 })', CLEAN);
  assert.is(await held(), 0, 'nothing was changed');
  await terminal.enter('await write.update(Order, 1, { total: 99 })', CHANGED);
  assert.is(await held(), 1);
  await terminal.enter('.rollback', CLEAN);
  assert.is(await held(), 0);
  await terminal.leave();
});

test('pasted lines run one after another, even if a statement spans several of them', async () => {
  const terminal = await openTerminal();
  const pasted = [
    'async function twice(key) {',
    '  const order = await records.get(Order, key)',
    '  return order.total * 2',
    '}',
    'await twice(2)',
    'const next = await twice(3)',
  ];
  terminal.cli.type(`${pasted.join('\r')}\r`);
  const shown = await terminal.shown(/const next[\s\S]*\n[^\n]*development> [^\n]*$/);
  assert.match(shown, '\n40\n');
  assert.is(await terminal.enter("'sum ' + (next + 1)", CLEAN), "'sum 61'\n");
  await terminal.leave();
});

test('Ctrl-C interrupts a statement and a promise; the interrupted code cannot change anything afterwards', async () => {
  const terminal = await openTerminal();
  await terminal.enter('await write.update(Order, 1, { total: 98 })', CHANGED);
  for (const input of [
    'await query(sql.unsafe`select pg_sleep(60)`)',
    'await new Promise(() => {})',
    'new Promise(() => {})',
    "for (let n = 0; ; n++) { await write.create(Order, { number: 'loop ' + n }); await new Promise(setImmediate) }",
  ]) {
    for (const ms of [0, 500]) {
      const running = terminal.enter(input, CHANGED);
      await wait(ms);
      terminal.cli.type(CTRL_C);
      assert.is(await running, 'Interrupted.\n', input);
    }
  }
  assert.is(await terminal.enter("await records.count(Order, { search: 'loop' })", CHANGED), '0\n');
  assert.match(await terminal.enter('.commit', CLEAN), 'Committed 1 change.');
  await terminal.leave();
  assert.not.ok((await desk.orders()).some((order) => order.startsWith('loop')));
});

test('Tab completes names; pressing Ctrl-C twice exits', async () => {
  const terminal = await openTerminal();
  for (const [typed, completed] of [
    ['OrderL', /OrderLine/],
    ['await records.co', /records\.count/],
    ['.comm', /\.commit/],
  ] as const) {
    terminal.cli.type(`${typed}\t`);
    await terminal.shown(completed);
    terminal.cli.type(CTRL_C);
    await terminal.prompt(CLEAN);
  }
  terminal.cli.type(CTRL_C);
  await terminal.shown(/press Ctrl\+C again/);
  await terminal.leave(CTRL_C);
});

test('.help lists the commands and .models the models; a model named like a global is only in `models`', async () => {
  const terminal = await openTerminal();
  const help = await terminal.enter('.help', CLEAN);
  for (const name of ['commit', 'rollback', 'models', 'editor', 'exit']) assert.match(help, `\n.${name} `);
  const models = await terminal.enter('.models', CLEAN);
  assert.match(models, /^models\.Event +id, name$/m);
  assert.match(models, /^OrderLine +id, order, item$/m);
  assert.is(
    await terminal.enter("[await records.count(models.Event), new Event('click').type]", CLEAN),
    "[ 0, 'click' ]\n",
  );
  // It would pass its lines to the prompt all at once.
  assert.is(await terminal.enter('.load rules.js', CLEAN), 'Invalid REPL keyword\n');
  await terminal.leave();
});

test('a lost connection is reported with the changes that were lost, and the next input works', async () => {
  const terminal = await openTerminal();
  await terminal.enter('await write.update(Order, 1, { total: 97 })', CHANGED);
  await desk.app.app.database.query(sql.unsafe`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction'
  `);
  terminal.cli.type('await records.count(Order)\r');
  const shown = await terminal.shown(/opens a new one\.[\s\S]*development> [^\n]*$/);
  assert.match(shown, 'Rolled back 1 change. The connection to the database was lost.');
  assert.match(await terminal.enter('await records.count(Order)', CLEAN), /^\d+\n$/);
  await terminal.leave();
});

test('if the account was deactivated or its permissions changed, a commit fails and the console ends', async () => {
  for (const [command, values, reason] of [
    ['user role', { role: 'supervisor' }, 'The permissions of EMAIL have changed since the console started.'],
    ['user deactivate', {}, 'There is no active user EMAIL.'],
  ] as const) {
    const email = await desk.app.account('staff', ['order.view', 'order.change']);
    const terminal = await openTerminal(asUser(email));
    await terminal.enter('await write.update(Order, 1, { total: 96 })', CHANGED);
    await desk.app.command(command, { email, ...values });
    terminal.cli.type('.commit\r');
    assert.is(await terminal.cli.ended, 2);
    assert.ok(terminal.cli.stderr.includes(`Problem: ${reason.replace('EMAIL', email)}`), terminal.cli.stderr);
    assert.match(terminal.cli.stdout, 'Rolled back 1 change.');
  }
});

test('an error in a timer is shown and does not end the console', async () => {
  const terminal = await openTerminal();
  const late = "throw new Error('too late')";
  await terminal.enter(`setTimeout(() => { ${late} }, 500); 1`, CLEAN);
  assert.match(await terminal.shown(/too late[\s\S]*development> [^\n]*$/), 'Error: too late');
  await terminal.enter("setTimeout(() => write.create(Order, { number: 'P9' }).catch(console.log), 500); 1", CLEAN);
  await terminal.shown(/A call came from an input that has already ended/);
  await terminal.leave();
});

test('SIGTERM rolls back and exits with 130', async () => {
  const terminal = await openTerminal();
  await terminal.enter('await write.update(Order, 1, { total: 95 })', CHANGED);
  terminal.cli.signal('SIGTERM');
  assert.is(await terminal.cli.ended, 130);
  assert.match(terminal.cli.stdout, 'Rolled back 1 change.');
});

test('the history is kept only in the file named by RUSTIO_CONSOLE_HISTORY, readable only by its owner', async () => {
  const file = path.join(desk.folder, 'history');
  writeFileSync(file, '');
  chmodSync(file, 0o644);
  const terminal = await openTerminal(asUser(desk.administrator), { RUSTIO_CONSOLE_HISTORY: file });
  await terminal.enter("'to be kept'", CLEAN);
  await terminal.leave();
  assert.match(readFileSync(file, 'utf8'), "'to be kept'");
  assert.is(statSync(file).mode & 0o777, 0o600);
});
