/** A database with sealed entries, and its owner, who changes it with the triggers disabled. */
import { sql } from 'slonik';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { type Sealed, type Sealing, sealEntries } from '../../../plugins/audit/seals/seal-entries.ts';
import { type Verification, type VerifiedTrail, verifyTrail } from '../../../plugins/audit/seals/verify-trail.ts';
import { cli, openRulesDatabase, type RulesDatabase } from '../auth/rules-database.ts';

export interface SealedTrail {
  readonly rules: RulesDatabase;
  /** Records a change of a strike, and returns the id of the entry. */
  record(key: string, context?: AuditContext): Promise<string>;
  seal(sealing?: Partial<Sealing>): Promise<Sealed>;
  verify(verification?: Partial<Verification>): Promise<VerifiedTrail>;
  /** The messages of what `verify` finds. */
  findings(verification?: Partial<Verification>): Promise<readonly string[]>;
  /** Runs statements as the owner of the tables, with their triggers disabled; they are enabled again afterwards. */
  asOwner(statements: string): Promise<void>;
  /** The findings after the owner has changed an entry: `set` of an update. The entry is restored. */
  findingsAfter(id: number, set: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const TABLES = [
  'rustio_audit',
  'rustio_audit_count',
  'rustio_audit_erasure',
  'rustio_audit_seal',
  'rustio_audit_sealed',
  'rustio_audit_erased_entry',
];
const lastId = sql.type(z.object({ id: z.string() }));

export async function openSealedTrail(maximumPoolSize = 4): Promise<SealedTrail> {
  const rules = await openRulesDatabase(maximumPoolSize);
  const { database } = rules;
  const verify: SealedTrail['verify'] = (verification) => verifyTrail(database, { secretKeys: [], ...verification });
  const findings: SealedTrail['findings'] = async (verification) =>
    (await verify(verification)).findings.map(({ message }) => message);
  const asOwner = async (statements: string): Promise<void> => {
    await withPlainConnection(rules.url, async (client) => {
      for (const table of TABLES) await client.query(`alter table ${table} disable trigger user`);
      await client.query(statements);
      for (const table of TABLES) {
        const { rows } = await client.query<{ name: string }>(
          'select tgname as name from pg_trigger where tgrelid = $1::regclass and not tgisinternal',
          [table],
        );
        for (const { name } of rows) await client.query(`alter table ${table} enable always trigger ${name}`);
      }
    });
  };
  return {
    rules,
    record: (key, context = cli) =>
      database.transaction(async (tx) => {
        await rules.events.record(tx, { ...context, details: { weather: 'fog' } }, 'update', {
          subject: { model: 'strike', key, label: `Strike ${key}` },
          data: {
            before: { speed: 1, pilot: 'Ana', note: null },
            after: { speed: 2, pilot: 'Björn', note: { wing: true } },
          },
        });
        return tx.oneFirst(lastId`select max(id)::text as id from rustio_audit`);
      }),
    seal: (sealing) => sealEntries(database, { secretKeys: [], waitMs: 0, ...sealing }),
    verify,
    findings,
    async findingsAfter(id, set) {
      await asOwner(`
        create table kept as select * from rustio_audit where id = ${id};
        update rustio_audit set ${set} where id = ${id}
      `);
      const found = await findings();
      await asOwner(`
        delete from rustio_audit where id = ${id};
        insert into rustio_audit overriding system value select * from kept;
        drop table kept
      `);
      return found;
    },
    asOwner,
    close: () => rules.close(),
  };
}
