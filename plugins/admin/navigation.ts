import type { App } from '../../core/app.ts';
import type { NavigationItem } from '../../core/extension-points.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf } from '../../core/view/model-names.ts';
import { sitesOf } from './site.ts';

/** What is about the application itself stands below what people work on. */
const SYSTEM_RANK = 100;

/** Every model that has pages, under its group. Only those who may view a model see its entry. */
export function navigation(app: App): readonly NavigationItem[] {
  return sitesOf(app).all.map(({ model, group }) => ({
    label: (t) => capitalised(pluralOf(t, model)),
    group: group === '' ? 'admin.group.records' : group,
    rank: model.owner === 'project' ? 0 : SYSTEM_RANK,
    path: `/${model.slug}`,
    access: { permission: `${model.name}.view` },
  }));
}
