// Labels whose parts are relations: these appear by the labels of the rows that they reference, not by their keys.

import type { FragmentSqlToken } from 'slonik';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { fragment } from '../sql/fragments.ts';
import { columnSql, labelPartSql, labelSql, onlyKey, tableSql } from './field-sql.ts';
import type { Reader } from './reader.ts';
import { isReadable } from './table-facts.ts';

/** The label of a row on an alias, as far as the actor may read it. */
export function visibleLabelSql(reader: Reader, model: ModelInfo, alias: string): FragmentSqlToken {
  return labelSql(model, reader.labelParts(model), alias, (field) => visiblePartSql(reader, field, alias));
}

/** The whole label of a row on the alias `t`, for the audit trail. */
export function wholeLabelSql(model: ModelInfo): FragmentSqlToken {
  return labelSql(model, model.label, 't', (field) => {
    const { target } = field;
    if (target === undefined || !isReadable(target)) return labelPartSql(field, 't');
    return referencedLabelSql(field, 't', { target, parts: target.label, scope: undefined });
  });
}

/** One part of a label, as far as the actor may read it: the key of a row whose label they may not see. */
export function visiblePartSql(reader: Reader, field: FieldInfo, alias: string): FragmentSqlToken {
  const { target } = field;
  if (target === undefined || !reader.canReadLabels(field)) return labelPartSql(field, alias);
  // fault: label-of-hidden-row
  return referencedLabelSql(field, alias, { target, parts: reader.labelParts(target), scope: reader.scope(target) });
}

interface Referenced {
  readonly target: ModelInfo;
  readonly parts: readonly FieldInfo[];
  /** A condition on the alias `t`. */
  readonly scope: FragmentSqlToken | undefined;
}

/** Relations in the label of the other row appear by their keys, so that a label costs at most one lookup per relation. */
function referencedLabelSql(field: FieldInfo, alias: string, { target, parts, scope }: Referenced): FragmentSqlToken {
  const condition = scope === undefined ? fragment`` : fragment`and (${scope})`;
  // The scope refers to the alias t, which is also that of the row itself: the key is passed in from outside.
  return fragment`coalesce((
    select "~referenced".label from (select ${columnSql(alias, field)} as key) "~own" cross join lateral (
      select ${labelSql(target, parts, 't')} as label
      from ${tableSql(target)} t
      where ${columnSql('t', onlyKey(target))} = "~own".key ${condition}
      limit 1
    ) "~referenced"
  ), ${labelPartSql(field, alias)})`;
}
