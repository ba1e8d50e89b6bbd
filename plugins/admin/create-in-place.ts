import { formNames } from '../../core/form/form-protocol.ts';
// Creating a related row while filling in a form: a link next to the relation opens the other model's form in a new tab, so
// that no input is lost. `~for` in its URL names the relation. Once the row is saved, its tab notifies the waiting one
// (added.js), which selects the row; without scripts the user goes back and types its name.

import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { parseKey } from '../../core/model/key.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { modelTitle } from '../../core/view/model-names.ts';
import { adminRegistry } from './admin-registry.ts';
import { mayAddOrDelete } from './writable-fields.ts';

/** The relation and form that requested a row: `appointment.patient`, and behind another dot the waiting tab. */
export interface RequestingField {
  /** As written in URLs and forms. */
  readonly text: string;
  readonly field: FieldInfo;
}

const REQUESTER = /^(\w{1,100})\.(\w{1,100})(?:\.[\w-]{1,40})?$/;

/** The link next to the relation; undefined if this user cannot add a row, or the model has no pages. */
export function addLink(ctx: Context, app: App, { model, name, target }: FieldInfo): AddLink | undefined {
  if (target === undefined || target.readOnly || !adminRegistry(app).of(target)) return undefined;
  if (!mayAddOrDelete(ctx, app, target, 'add')) return undefined;
  const requester = `${model.name}.${name}`;
  return {
    url: `${app.urls.add(target)}?${new URLSearchParams({ [formNames.relation]: requester })}`,
    requester,
    singular: modelTitle(ctx.state.t, target),
  };
}

export interface AddLink {
  readonly url: string;
  /** The relation that waits for the row, as in `~for`. */
  readonly requester: string;
  readonly singular: string;
}

/** Parses `~for` of a URL or a posted form; undefined if it is missing, or not a relation to this model. */
export function requestingField(
  app: App,
  model: ModelInfo,
  text: string | null | undefined,
): RequestingField | undefined {
  const [, owner = '', name = ''] = REQUESTER.exec(text ?? '') ?? [];
  const field = app.models.byName(owner)?.fields.get(name);
  return field?.target === model && text ? { text, field } : undefined;
}

/** Where a saved row leads to when a form waits for it. */
export function addedUrl(app: App, model: ModelInfo, { text }: RequestingField, key: string): string {
  return `${app.urls.add(model)}?${new URLSearchParams({ [formNames.relation]: text, [formNames.added]: key })}`;
}

/** The result, for the user; `data` is for the script that notifies the waiting tab. */
interface AddedView extends PageData {
  readonly singular: string;
  /** The form for another one. */
  readonly againUrl: string;
  /** The label of the relation. */
  readonly field: string;
  /** Undefined if the user cannot select the row. */
  readonly label: string | undefined;
  readonly data?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/added': AddedView;
  }
}

/** GET /:model/+new?~for=…&~added=KEY — the result, for the user and for the waiting tab. */
export async function showAdded(
  ctx: Context,
  app: App,
  model: ModelInfo,
  requester: RequestingField,
  key: string,
): Promise<void> {
  const [value] = parseKey(model, key) ?? [];
  if (value === undefined || value === null) throw notFound();
  // `app.records` decides: a row that the user cannot select is not revealed.
  const label = (await app.records.labels(ctx.state.actor, requester.field, [String(value)])).get(String(value));
  app.views.page(ctx, 'admin/added', {
    title: ctx.state.t('admin.added.title', { singular: modelTitle(ctx.state.t, model) }),
    singular: modelTitle(ctx.state.t, model),
    againUrl: `${app.urls.add(model)}?${new URLSearchParams({ [formNames.relation]: requester.text })}`,
    field: requester.field.label,
    label,
    ...(label !== undefined && { data: JSON.stringify({ for: requester.text, value: String(value), label }) }),
  });
}
