import { sql } from 'slonik';
import type { TestApp } from '../../support/app.ts';

/** Makes all sessions so old that sensitive actions require the password again. */
export async function expireRecency({ app }: TestApp): Promise<void> {
  await app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = now() - interval '20 minutes' where ended_at is null`,
  );
}
