// The first guide, followed to the letter.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { newProject, RunningCli, runCli } from '../cli/run-cli.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { commandsOf, examplesOf } from './fenced.ts';

const test = suite('docs: getting started');
/** Questions are asked on standard error, so that has to be one, too. */
const TERMINAL = [
  `--import=${path.join(import.meta.dirname, '../cli/fake-terminal.ts')}`,
  '--import=data:text/javascript,Object.assign(process.stderr,{isTTY:true})',
].join(' ');

test('the commands of the guide work in order on its project', async () => {
  const page = 'docs/getting-started.md';
  const [project, database] = [await newProject(), await testDatabase()];
  const environment = { DATABASE_URL: database.url };
  // The first start has applied the migrations of the example.
  assert.is((await runCli(project, ['migrate'], environment)).code, 0);
  for (const { file, text } of examplesOf(page)) writeFileSync(path.join(project, file), text);
  const ran: string[] = [];
  const answered: string[] = [];
  for (const line of commandsOf(page).filter((each) => !/^(startproject|startapp|start|dev)\b/.test(each))) {
    const words = line.split(' ');
    if (words[0] === 'migrate') answered.push(...(await atTerminal(project, words, environment)));
    else {
      const { code, stdout, stderr } = await runCli(project, words, environment);
      assert.is(code, 0, `${line}\n${stdout}\n${stderr}`);
    }
    ran.push(line);
  }
  assert.ok(ran.length >= 10, ran.join('\n'));
  assert.match(answered.join('\n'), 'Was task renamed to', 'the guide says what is asked');
  assert.match(answered.at(-1) ?? '', 'Type the name of the database');
  await database.drop();
});

const QUESTION =
  /Was (?:table )?task renamed to \S+\? \(yes\/no\)|Type the name of the database \((\S+)\) to continue:/g;

/** Runs a command as a user at a terminal who answers what the guide says; returns the questions. */
async function atTerminal(
  project: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const cli = new RunningCli(project, words, { ...environment, NODE_OPTIONS: TERMINAL, TERM: 'xterm' });
  const answered = new Set<string>();
  const next = () => [...cli.stderr.matchAll(QUESTION)].find(([question]) => !answered.has(question));
  const end = cli.ended.then((code) => ({ code }));
  for (;;) {
    const ended = await Promise.race([end, wait(50, undefined)]);
    const question = next();
    if (question !== undefined) {
      answered.add(question[0]);
      cli.type(`${question[1] ?? 'no'}\r`);
    } else if (ended !== undefined) {
      assert.is(ended.code, 0, `${words.join(' ')}\n${cli.stdout}\n${cli.stderr}`);
      return [...answered];
    }
  }
}
