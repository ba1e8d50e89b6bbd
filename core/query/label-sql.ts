// Labels that contain relations. A relation is shown as the label of the row that it references, not as its key.

import type { FragmentSqlToken } from 'slonik';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { fragment } from '../sql/fragments.ts';
import { columnSql, comparedSql, labelPartSql, labelSql, onlyKey, type PartSql, tableSql } from './field-sql.ts';
import { markedSql } from './label-format.ts';
import type { Reader } from './reader.ts';
import { isReadable } from './table-facts.ts';

/** The label of a row on an alias, as far as the actor may read it. Pages show it formatted by `LabelFormat.format`. */
export function visibleLabelSql(reader: Reader, model: ModelInfo, alias: string): FragmentSqlToken {
  return labelSql(model, reader.labelParts(model), shownPart(alias), (field) => visiblePartSql(reader, field, alias));
}

/** The key of a row on the alias `t` as its label, for actors who may not view the model. */
export function keyLabelSql(model: ModelInfo): FragmentSqlToken {
  return labelSql(model, [], shownPart('t'));
}

/** The whole label of a row on the alias `t`, for the audit trail: values as PostgreSQL writes them, times in UTC. */
export function wholeLabelSql(model: ModelInfo): FragmentSqlToken {
  const stored = storedPart('t');
  return labelSql(model, model.label, stored, (field) => {
    const { target } = field;
    if (target === undefined || !isReadable(target)) return stored(field);
    return referencedLabelSql(field, 't', { target, parts: target.label, scope: undefined, part: storedPart });
  });
}

/** One part of a label, as far as the actor may read it: the key of a row whose label they may not see. */
export function visiblePartSql(reader: Reader, field: FieldInfo, alias: string): FragmentSqlToken {
  const { target } = field;
  if (target === undefined || !reader.canReadLabels(field)) return shownPart(alias)(field);
  return referencedLabelSql(field, alias, {
    target,
    parts: reader.labelParts(target),
    // fault: label-of-hidden-row
    scope: reader.scope(target),
    part: shownPart,
  });
}

type PartOf = (alias: string) => PartSql;

const storedPart: PartOf = (alias) => (field) => labelPartSql(field, alias);
const shownPart: PartOf = (alias) => (field) => markedSql(field, labelPartSql(field, alias));

interface Referenced {
  readonly target: ModelInfo;
  readonly parts: readonly FieldInfo[];
  /** A condition on the alias `t`. */
  readonly scope: FragmentSqlToken | undefined;
  readonly part: PartOf;
}

/** Relations in the label of the other row are shown as keys, so that a label costs at most one lookup per relation. */
function referencedLabelSql(
  field: FieldInfo,
  alias: string,
  { target, parts, scope, part }: Referenced,
): FragmentSqlToken {
  const condition = scope === undefined ? fragment`` : fragment`and (${scope})`;
  // The scope refers to the alias t, which is also that of the row itself: the key is passed in from outside.
  return fragment`coalesce((
    select "~referenced".label from (select ${columnSql(alias, field)} as key) "~own" cross join lateral (
      select ${labelSql(target, parts, part('t'))} as label
      from ${tableSql(target)} t
      where ${columnSql('t', onlyKey(target))} = ${comparedSql(onlyKey(target), fragment`"~own".key`)} ${condition}
      limit 1
    ) "~referenced"
  ), ${part(alias)(field)})`;
}
