import type { AuditContext } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import { retryOnConflict, type Transaction } from '../../core/database/pool.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import { claimIdempotencyKey, releaseIdempotencyKey, rememberAnswer } from '../../core/write/once.ts';
import type { Removed, Written } from '../../core/write/types.ts';
import type { Values } from '../../core/write/write.ts';
import type { FormOrigin } from './form-origin.ts';
import type { PostedSections } from './form-sections.ts';
import { undoRefused } from './run-action.ts';

/** The same form came a second time: `location` is where the first one led. */
export interface Repeated {
  readonly outcome: 'repeated';
  readonly location: string | undefined;
}

/** A form as it was posted, read and checked. */
export interface Posted {
  /** Of the record that is changed; undefined for a new one. */
  readonly key: string | undefined;
  readonly values: Values;
  readonly origin: FormOrigin;
  /** Sections that plugins add. */
  readonly sections: PostedSections | undefined;
}

/** Stores a posted form, new or changed, together with the answer that a second post of it will get. */
export function saveRecord(
  app: App,
  cause: AuditContext,
  model: ModelInfo,
  { key, values, origin, sections }: Posted,
  locationOf: (key: string) => string,
): Promise<Written | Repeated> {
  return oncePerForm(app, cause, origin, async (tx) => {
    const write = (within: Transaction): Promise<Written> =>
      key === undefined
        ? app.write.createAny(within, cause, model, values)
        : app.write.updateAny(within, cause, model, key, values, origin.version);
    const written = sections
      ? await undoRefused(tx, async (inner) => withSections(await write(inner), sections, inner, cause, values))
      : await write(tx);
    return { result: written, location: written.outcome === 'done' ? locationOf(written.key) : undefined };
  });
}

/** The record and then its sections. A section with problems refuses the whole. */
async function withSections(
  written: Written,
  sections: PostedSections,
  tx: Transaction,
  cause: AuditContext,
  values: Values,
): Promise<Written> {
  if (written.outcome !== 'done') return written;
  const saved = await sections.save(tx, cause, written.key, values);
  if (saved.problems.length > 0) return { outcome: 'invalid', problems: saved.problems };
  return { ...written, changed: written.changed || saved.changed };
}

export function removeRecord(
  app: App,
  cause: AuditContext,
  model: ModelInfo,
  key: string,
  origin: FormOrigin,
): Promise<Removed | Repeated> {
  return oncePerForm(app, cause, origin, async (tx) => {
    const removed = await app.write.remove(tx, cause, model.model, key, origin.version);
    return { result: removed, location: removed.outcome === 'done' ? app.urls.list(model) : undefined };
  });
}

type Work<R> = (tx: Transaction) => Promise<{ result: R; location: string | undefined }>;

/**
 * The claim on the form's id, the change and the answer commit together; a refused change leaves the id free. Two changes that
 * wait for each other's rows (each deletes what the other points to) are a deadlock to PostgreSQL, which ends one: it is done again.
 */
export function oncePerForm<R>(
  app: App,
  cause: AuditContext,
  { post }: FormOrigin,
  work: Work<R>,
): Promise<R | Repeated> {
  return retryOnConflict(app.database, async (tx) => {
    if (post === undefined) return (await work(tx)).result;
    const claim = await claimIdempotencyKey(tx, post, cause.actor);
    if (!claim.first) return { outcome: 'repeated', location: claim.location };
    const { result, location } = await work(tx);
    if (location === undefined) await releaseIdempotencyKey(tx, post);
    else await rememberAnswer(tx, post, location);
    return result;
  });
}
