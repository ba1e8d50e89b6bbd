import { formNames } from '../../core/form/form-protocol.ts';
// Lets users create a related row while filling in a form. A link next to the relation opens the other model's form in a new tab,
// so no input is lost. The `~for` parameter names the relation. When the row is saved, a script (added.js) notifies the original
// tab, which selects the row; without scripts, users go back and type its label.

import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { parseKey } from '../../core/model/key.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { fieldLabel, modelTitle } from '../../core/view/model-names.ts';
import { adminRegistry } from './admin-registry.ts';
import { mayAddOrDelete } from './writable-fields.ts';

/**
 * The relation that requested the row, such as `appointment.patient`, optionally followed by a dot and the id of the waiting tab.
 */
export interface RequestingField {
  /** The format used in URLs and forms. */
  readonly text: string;
  readonly field: FieldInfo;
}

const REQUESTER = /^(\w{1,100})\.(\w{1,100})(?:\.[\w-]{1,40})?$/;

/** The link next to the relation; undefined if the user cannot add a row or the model has no pages. */
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
  /** The relation that waits for the row, in the format of `~for`. */
  readonly requester: string;
  readonly singular: string;
}

/** Parses the `~for` parameter of a URL or posted form; undefined if it is missing or is not a relation to this model. */
export function requestingField(
  app: App,
  model: ModelInfo,
  text: string | null | undefined,
): RequestingField | undefined {
  const [, owner = '', name = ''] = REQUESTER.exec(text ?? '') ?? [];
  const field = app.models.byName(owner)?.fields.get(name);
  return field?.target === model && text ? { text, field } : undefined;
}

/** The page to open after saving a row that another form waits for. */
export function addedUrl(app: App, model: ModelInfo, { text }: RequestingField, key: string): string {
  return `${app.urls.add(model)}?${new URLSearchParams({ [formNames.relation]: text, [formNames.added]: key })}`;
}

/** The page for the user; `data` is for the script that notifies the waiting tab. */
interface AddedView extends PageData {
  readonly singular: string;
  /** The form for another row. */
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

/** GET /:model/+new?~for=…&~added=KEY: the result, for the user and the waiting tab. */
export async function showAdded(
  ctx: Context,
  app: App,
  model: ModelInfo,
  requester: RequestingField,
  key: string,
): Promise<void> {
  const [value] = parseKey(model, key) ?? [];
  if (value === undefined || value === null) throw notFound();
  // Read through `app.records`, so a row that the user cannot select is not revealed.
  const label = (await app.records.labels(ctx.state.actor, requester.field, [String(value)])).get(String(value));
  app.views.page(ctx, 'admin/added', {
    title: ctx.state.t('admin.added.title', { singular: modelTitle(ctx.state.t, model) }),
    singular: modelTitle(ctx.state.t, model),
    againUrl: `${app.urls.add(model)}?${new URLSearchParams({ [formNames.relation]: requester.text })}`,
    field: fieldLabel(ctx.state.t, requester.field),
    label,
    ...(label !== undefined && { data: JSON.stringify({ for: requester.text, value: String(value), label }) }),
  });
}
