import { createHash } from 'node:crypto';
import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../core/database/transaction.ts';
import { toInet } from '../../core/database/values.ts';
import { actorText } from '../../core/policy/actor.ts';
import type { RecordedEvent } from '../../core/write/events.ts';

/** Max targets per source and minute that get an entry of their own; all others share one entry. */
const MAX_TARGETS = 100;
/** The same limit for the anonymous requests of one network. */
const MAX_ANONYMOUS_TARGETS = 10;

/** The first occurrence within a minute, which gets an entry in the trail. */
export interface FirstOfMinute {
  readonly minute: string;
  readonly source: string;
  /** Empty if the source has already had too many other targets in this minute. */
  readonly target: string;
}

const countedRow = z.object({ minute: z.string(), source: z.string(), target: z.string(), first: z.boolean() });

/**
 * Counts an event that the sender can repeat at will. Returns the first occurrence of a minute, which gets an entry; `linkEntry`
 * attaches the count to it. All others are only counted, so they take up no space. Each is committed in its own transaction, so a
 * killed process loses none.
 */
export async function countRepetition(tx: Transaction, event: RecordedEvent): Promise<FirstOfMinute | undefined> {
  const { name, context, aggregationKey = '' } = event;
  const isAnonymous = context.actor.kind === 'anonymous';
  const source = digest(name, isAnonymous ? '' : actorText(context.actor));
  const ip = isAnonymous ? toInet(context.ip) : null;
  const row = await tx.one(sql.type(countedRow)`
    with sent as (
      select
        date_trunc('minute', now()) as minute,
        concat(${source}::text, ' ', ${networkSql(ip)}) as source,
        ${aggregationKey === '' ? '' : digest(aggregationKey)}::text as target
    ), earlier as (
      select c.target from rustio_audit_count c join sent using (minute, source)
    )
    insert into rustio_audit_count as c (minute, source, target)
    select minute, source, case
      when target in (select target from earlier) then target
      when (select count(*) from earlier) < ${isAnonymous ? MAX_ANONYMOUS_TARGETS : MAX_TARGETS} then target
      else ''
    end
    from sent
    on conflict (minute, source, target) do update set count = c.count + 1, last_at = clock_timestamp()
    returning minute::text, source, target, entry_id is null as first
  `);
  // fault: repetitions-not-counted
  return row.first ? row : undefined;
}

/** Attaches the count to the entry of the first occurrence. */
export async function linkEntry(tx: Transaction, { minute, source, target }: FirstOfMinute, id: string): Promise<void> {
  await tx.query(sql.unsafe`
    update rustio_audit_count set entry_id = ${id}::bigint
    where minute = ${minute}::timestamptz and source = ${source} and target = ${target}
  `);
}

/** A single sender usually controls a whole IPv6 /64, so its addresses count as one. */
function networkSql(ip: string | null): FragmentSqlToken {
  // fault: ipv6-addresses-apart
  return sql.fragment`(
    select case family(ip) when 6 then host(network(set_masklen(ip, 64))) else host(ip) end from (select ${ip}::inet as ip) sender
  )`;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
