import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Form } from '../../core/form/form.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { ViewData } from '../../core/request/views.ts';
import type { Values } from '../../core/write/types.ts';
import type { FormSection } from './extension-points.ts';
import { allowed, itemsFor } from './items-for.ts';
import { loadPart } from './load-part.ts';

/** A section, formatted for the view. */
export interface AddedSectionView {
  readonly name: string;
  readonly title: string | undefined;
  readonly view: string;
  /** Undefined if the section could not be loaded; it will not be saved either. */
  readonly data: ViewData | undefined;
}

/** The posted input of the added sections, validated and ready to be saved with the record. */
export interface PostedSections {
  readonly problems: readonly Problem[];
  /** Stores the sections after the record, in the same transaction. */
  save(tx: Transaction, context: AuditContext, key: string, values: Values): Promise<SavedSections>;
}
export interface SavedSections {
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

/** Loads the sections that this user can see in this form. `problems` are those of a rejected form that is shown again. */
export async function addedSections(
  ctx: Context,
  app: App,
  model: ModelInfo,
  record: FoundRecord | undefined,
  errors: readonly Problem[],
): Promise<readonly AddedSectionView[]> {
  const items = sectionsFor(ctx, app, model, record === undefined ? 'add' : 'edit');
  const { t, form } = ctx.state;
  const texts = Object.fromEntries(
    errors.flatMap(({ field, issue }) => (field === undefined ? [] : [[field, t(issue.key, issue.params)]])),
  );
  const loaded = await Promise.all(
    items.map((item) => loadPart(ctx, app, { section: item.name }, async () => item.load(ctx, app, model, record))),
  );
  return items.flatMap(({ name, title, view }, at): AddedSectionView[] => {
    const result = loaded[at];
    if (result === undefined || (result.ok && result.value === undefined)) return [];
    return [
      {
        name,
        title: title === undefined ? undefined : t(title),
        view,
        data: result.ok ? { ...result.value, errors: texts, posted: form } : undefined,
      },
    ];
  });
}

/** Reads the input of the sections that the form contained. */
export async function readSections(
  ctx: Context,
  app: App,
  model: ModelInfo,
  form: Form,
  on: 'add' | 'edit',
): Promise<PostedSections | undefined> {
  const posted = new Set(form.all(formNames.section));
  const items = sectionsFor(ctx, app, model, on).filter(({ name }) => posted.has(name));
  if (items.length === 0) return undefined;
  const read = await Promise.all(items.map(async (item) => ({ item, input: await item.read(form, app, model) })));
  return {
    problems: read.flatMap(({ input }) => input.problems ?? []),
    async save(tx, context, key, values) {
      let changed = false;
      const problems: Problem[] = [];
      for (const { item, input } of read) {
        if (input.problems !== undefined) continue;
        const saved = await item.save(tx, context, { app, model, key, value: input.value, values });
        changed ||= saved.changed;
        problems.push(...(saved.problems ?? []));
      }
      return { changed, problems };
    },
  };
}

function sectionsFor(ctx: Context, app: App, model: ModelInfo, on: 'add' | 'edit'): readonly FormSection[] {
  return allowed(ctx, app, itemsFor(app, model)['form.sections']).filter((item) => (item.on ?? on) === on);
}
