import type { App } from '../../core/app.ts';
import { rollBackUnlessDone, type Transaction } from '../../core/database/transaction.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import type { Removed, Values, Written } from '../../core/write/types.ts';
import type { PostedSections } from './form-sections.ts';
import { oncePerForm, type Repeated } from './once-per-form.ts';

/** A posted form after validation. */
export interface Submission {
  /** The key of the record being changed; undefined for a new one. */
  readonly key: string | undefined;
  readonly values: Values;
  readonly version: string | undefined;
  /** Sections that plugins add. */
  readonly sections: PostedSections | undefined;
}

/** Stores a new or changed record, together with the response for a repeated submission. */
export function saveRecord(
  ctx: Context,
  app: App,
  model: ModelInfo,
  { key, values, version, sections }: Submission,
  locationOf: (key: string) => string,
): Promise<Written | Repeated> {
  return oncePerForm(
    ctx,
    app,
    async (tx, context) => {
      const write = (within: Transaction): Promise<Written> =>
        key === undefined
          ? app.write.createAny(within, context, model, values)
          : app.write.updateAny(within, context, model, key, values, version);
      const written = sections
        ? await rollBackUnlessDone(tx, async (inner) =>
            withSections(await write(inner), sections, inner, context, values),
          )
        : await write(tx);
      return { result: written, location: written.outcome === 'done' ? locationOf(written.key) : undefined };
    },
    (problems) => ({ outcome: 'invalid', problems }),
  );
}

/** Saves the record and then its sections. A section with problems rejects the whole form. */
async function withSections(
  written: Written,
  sections: PostedSections,
  tx: Transaction,
  context: AuditContext,
  values: Values,
): Promise<Written> {
  if (written.outcome !== 'done') return written;
  const saved = await sections.save(tx, context, written.key, values);
  if (saved.problems.length > 0) return { outcome: 'invalid', problems: saved.problems };
  return { ...written, changed: written.changed || saved.changed };
}

export function removeRecord(
  ctx: Context,
  app: App,
  model: ModelInfo,
  key: string,
  version: string | undefined,
): Promise<Removed | Repeated> {
  return oncePerForm(
    ctx,
    app,
    async (tx, context) => {
      const removed = await app.write.remove(tx, context, model.model, key, version);
      return { result: removed, location: removed.outcome === 'done' ? app.urls.list(model) : undefined };
    },
    (problems) => ({ outcome: 'rejected', problems }),
  );
}
