import type { BuiltInFieldType } from '../field.ts';
import type { BaseFieldType } from '../field-type.ts';
import { array } from './array.ts';
import { boolean } from './boolean.ts';
import { bytes } from './bytes.ts';
import { choice } from './choice.ts';
import { colour } from './colour.ts';
import { date, localDateTime, time } from './date-time.ts';
import { decimal, money } from './decimal.ts';
import { email } from './email.ts';
import { file, image } from './file.ts';
import { bigint, identity, integer } from './integers.ts';
import { json } from './json.ts';
import { phone } from './phone.ts';
import { belongsTo, manyToMany } from './relation.ts';
import { slug } from './slug.ts';
import { markdown, text } from './text.ts';
import { timestamp } from './timestamp.ts';
import { url } from './url.ts';
import { uuid } from './uuid.ts';

/**
 * Every built-in field type; `combineFieldTypes` adds those of plugins. The type of a relation depends on its target and is bound
 * at startup: use `field.type`.
 */
export const builtInFieldTypes: Readonly<Record<BuiltInFieldType, BaseFieldType>> = {
  identity,
  text,
  integer,
  bigint,
  decimal,
  boolean,
  date,
  time,
  timestamp,
  localDateTime,
  uuid,
  json,
  choice,
  array,
  email,
  phone,
  url,
  slug,
  money,
  colour,
  markdown,
  bytes,
  file,
  image,
  belongsTo,
  manyToMany,
};
