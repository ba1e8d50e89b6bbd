// A row that is missing while somebody fills in a form: a link beside the relation opens the other model's form in a new tab,
// so that nothing that was typed is lost. `~for` in its address says which relation asked. Once the row is saved, its tab tells
// the one that waits (added.js), which takes the row by itself; without scripts the reader goes back and types its name.

import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import { parseKey } from '../../core/model/key.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/registry.ts';
import { titleOf } from '../../core/view/model-names.ts';
import { sitesOf } from './site.ts';

/** Which relation of which form asked for a row: `appointment.patient`, and behind another dot the tab that waits. */
export interface AskedFor {
  /** As it stands in addresses and forms. */
  readonly text: string;
  readonly field: FieldInfo;
}

const ASKED = /^(\w{1,100})\.(\w{1,100})(?:\.[\w-]{1,40})?$/;

/** The link beside a relation; undefined where this reader may add no row, or the model has no pages. */
export function addLink(ctx: Context, app: App, { model, name, target }: FieldInfo): AddLink | undefined {
  if (target === undefined || target.readOnly || !sitesOf(app).of(target)) return undefined;
  if (!app.policy.may(ctx.state.actor, 'add', target)) return undefined;
  const asked = `${model.name}.${name}`;
  return {
    url: `${app.urls.add(target)}?${new URLSearchParams({ '~for': asked })}`,
    asked,
    singular: titleOf(ctx.state.t, target),
  };
}

export interface AddLink {
  readonly url: string;
  readonly asked: string;
  readonly singular: string;
}

/** What `~for` of an address or a posted form says; undefined when it is missing, or no relation to this model. */
export function askedFor(app: App, model: ModelInfo, text: string | null | undefined): AskedFor | undefined {
  const [, owner = '', name = ''] = ASKED.exec(text ?? '') ?? [];
  const field = app.models.byName(owner)?.fields.get(name);
  return field?.target === model && text ? { text, field } : undefined;
}

/** Where a saved row leads to when a form waits for it. */
export function addedUrl(app: App, model: ModelInfo, { text }: AskedFor, key: string): string {
  return `${app.urls.add(model)}?${new URLSearchParams({ '~for': text, '~added': key })}`;
}

/** GET /:model/+new?~for=…&~added=KEY — what became of it, for the reader and for the tab that waits. */
export async function showAdded(ctx: Context, app: App, model: ModelInfo, asked: AskedFor, key: string): Promise<void> {
  const [value] = parseKey(model, key) ?? [];
  if (value === undefined || value === null) throw notFound();
  // The reading door decides: a row that he may not pick is told to nobody.
  const label = (await app.records.labels(ctx.state.actor, asked.field, [String(value)])).get(String(value));
  app.views.page(ctx, 'admin/added', {
    title: ctx.state.t('admin.added.title', { singular: titleOf(ctx.state.t, model) }),
    singular: titleOf(ctx.state.t, model),
    againUrl: `${app.urls.add(model)}?${new URLSearchParams({ '~for': asked.text })}`,
    field: asked.field.label,
    label,
    ...(label !== undefined && { data: JSON.stringify({ for: asked.text, value: String(value), label }) }),
  });
}
