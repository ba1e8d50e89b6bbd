/** One model with a file, for tests of the life cycle without pages. */

import { field } from '../../../core/model/field.ts';
import type { ModelInfo } from '../../../core/model/field-type.ts';
import { defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';

export const Memo = defineModel('memo', {
  fields: { title: field.text({ default: 'x' }), scan: field.file({ nullable: true }) },
  label: 'title',
});
const built = buildModels([{ owner: 'project', model: Memo }]);
if (built.problems.length > 0) throw new Error(JSON.stringify(built.problems));

export const models = built.models;
export const memoModel: ModelInfo = models.of(Memo);
const scan = memoModel.fields.get('scan');
if (scan === undefined) throw new Error('there is no scan');
export const memo = scan;
