/** Another program that writes to the same tables while requests run: odd values, new rows, rows that disappear. */
import pg from 'pg';
import { MARKED } from './hostile.ts';
import type { Random } from './random.ts';

const TEXTS = [
  '',
  ' ',
  ' both ',
  'two\nlines',
  'a\r\nb',
  '\u0001\u000b',
  '\ufeffmark',
  '\u202eabc',
  '\u2028',
  'e\u0301',
  '__proto__',
  'x'.repeat(2_000),
  MARKED,
  `"><script>${MARKED}`,
].map((text) => `'${text.replaceAll("'", "''")}'`);

/** SQL for what a column can hold and no form would accept. */
const ODD: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  thing: {
    name: ['null', ...TEXTS],
    notes: TEXTS,
    amount: ['-5', '2147483647', '99999'],
    big: ['-9223372036854775808', '9223372036854775807'],
    price: [`'NaN'`, '-1.50', '99999999.99'],
    active: ['null', 'true'],
    day: [`'infinity'`, `'-infinity'`, `'0044-03-15 BC'`, `'10000-01-01'`, `'5874897-12-31'`],
    time: [`'24:00'`, `'23:59:59.999999'`],
    moment: [`'infinity'`, `'-infinity'`, `'0044-03-15 10:00 BC'`, `'294276-12-31'`, `'2026-03-29 01:30:00.000001'`],
    wall: [`'infinity'`, `'0044-03-15 10:00 BC'`, `'2026-03-29 02:30'`],
    data: [`'null'`, `'[1,2]'`, `'"text"'`, `'{"n":123456789012345678901234567890.10}'`, `'{"__proto__":{"a":1}}'`],
    state: ['null', `'gone'`, `''`, `'Open'`],
    shelf: [`'far too long for the field'`, `''`],
  },
  profile: {
    title: ['null', ...TEXTS],
    slug: [`'Not A Slug' || random()`],
    mail: [`'not an address' || random()`, `'Ada' || random() || '@EXAMPLE.org'`],
    phone: TEXTS,
    site: [`'javascript:alert(1)'`, `'ftp://x'`, ...TEXTS],
    words: [`'{}'`, `'{NULL,a}'`, `'{{a,b},{c,d}}'`, `array_fill('x'::text, array[50])`],
    counts: [`'{NULL}'`, `'{-1,2147483647}'`, `'{{1},{2}}'`],
    colours: ['null', `'{red,gone}'`, `'{NULL}'`],
    fee: [`'NaN'`, '-1'],
    colour: [`'red'`, `'#ABC'`, ...TEXTS],
    notes: [...TEXTS, `'[a](javascript:fuzz) ' || repeat('> ', 500)`],
    raw: [`decode('00ff', 'hex')`, `''`],
  },
  place: { name: ['null', ...TEXTS], height: ['2147483647', '-1'] },
};

/** It writes one statement at a time, on a connection of its own. A rejected one changes nothing and is not a failure. */
export class OtherProgram {
  /** How many rows it has added to each table, less those that it has deleted. */
  readonly rows = new Map<string, number>();
  /** How many statements changed rows. */
  changes = 0;
  readonly #client: pg.Client;
  #last: Promise<void> = Promise.resolve();

  constructor(client: pg.Client) {
    this.#client = client;
  }

  write(random: Random): Promise<void> {
    const statement = statementFor(random);
    this.#last = this.#last.then(() => this.#execute(statement));
    return this.#last;
  }

  async #execute({ table, added, statement }: Statement): Promise<void> {
    const changed = await this.#rowsChanged(statement);
    if (changed > 0) this.changes += 1;
    this.rows.set(table, (this.rows.get(table) ?? 0) + changed * added);
  }

  async #rowsChanged(statement: string): Promise<number> {
    try {
      return (await this.#client.query(statement)).rowCount ?? 0;
    } catch (error) {
      if (error instanceof pg.DatabaseError && REJECTED.test(error.code ?? '')) return 0;
      throw error;
    }
  }
}

/** By a constraint or a trigger, or it lost a conflict with a request. */
const REJECTED = /^(?:22|23|40|P0001|XX000|42501|57014)/;

interface Statement {
  readonly table: string;
  /** 1: it adds rows, -1: it deletes some, 0: it changes some. */
  readonly added: 1 | 0 | -1;
  readonly statement: string;
}

function statementFor(random: Random): Statement {
  const number = random.int(1_000_000);
  if (random.percent(10)) {
    const table = random.pick(['ticket', 'leg']);
    return { table, added: -1, statement: `delete from ${table} where ctid = (select ctid from ${table} limit 1)` };
  }
  if (random.percent(15)) {
    const thing = `(select id from thing order by random() limit 1)`;
    const statement = `insert into ticket (title, thing_id) values (${random.pick(TEXTS)}, ${thing})`;
    return { table: 'ticket', added: 1, statement };
  }
  const table = random.pick(Object.keys(ODD));
  const values = Object.entries(ODD[table] ?? {});
  const chosen = values.filter(() => random.percent(30));
  const set = chosen.length > 0 ? chosen : values.slice(0, 1);
  const pairs = set.map(([column, literals]) => ({ column, literal: random.pick(literals) }));
  if (random.percent(30)) {
    const required = { thing: ['name'], profile: ['title', 'slug'], place: ['code', 'name'] }[table] ?? [];
    const missing = required.filter((name) => !pairs.some(({ column }) => column === name));
    const all = [...pairs, ...missing.map((column) => ({ column, literal: `'other ${number}'` }))];
    const columns = all.map(({ column }) => column).join(', ');
    const literals = all.map(({ literal }) => literal).join(', ');
    return { table, added: 1, statement: `insert into ${table} (${columns}) values (${literals})` };
  }
  const key = table === 'place' ? 'code' : 'id';
  const assignments = pairs.map(({ column, literal }) => `${column} = ${literal}`).join(', ');
  const row = `(select ${key} from ${table} order by random() limit 1)`;
  return { table, added: 0, statement: `update ${table} set ${assignments} where ${key} = ${row}` };
}
