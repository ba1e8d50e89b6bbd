import type { BuiltInKind } from '../field.ts';
import type { FieldType } from '../kind.ts';
import { array } from './array.ts';
import { belongsTo } from './belongs-to.ts';
import { bigint } from './bigint.ts';
import { boolean } from './boolean.ts';
import { bytes } from './bytes.ts';
import { choice } from './choice.ts';
import { colour } from './colour.ts';
import { date } from './date.ts';
import { decimal } from './decimal.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { identity } from './identity.ts';
import { image } from './image.ts';
import { integer } from './integer.ts';
import { json } from './json.ts';
import { localDateTime } from './local-date-time.ts';
import { manyToMany } from './many-to-many.ts';
import { markdown } from './markdown.ts';
import { money } from './money.ts';
import { phone } from './phone.ts';
import { slug } from './slug.ts';
import { text } from './text.ts';
import { time } from './time.ts';
import { timestamp } from './timestamp.ts';
import { url } from './url.ts';
import { uuid } from './uuid.ts';

/** Every built-in type of field; those of plugins join them in `fieldTypesOf`. A relation's own is bound to its target at the boot: ask `field.spec`. */
export const kinds: Readonly<Record<BuiltInKind, FieldType>> = {
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
