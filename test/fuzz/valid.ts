import type { FieldInfo } from '../../core/model/field-type.ts';
import type { Random } from './random.ts';

/** The input for a field, as users type it. Usually it is valid. */
export function validText(random: Random, field: FieldInfo): string {
  const number = String(random.int(60));
  const { values } = field;
  if (values.length > 0) return random.pick(values);
  if (field.item !== undefined) return random.some(3, () => validText(random, field.item ?? field)).join('\n');
  if (field.target !== undefined) return keyOf(random, field.target.name);
  switch (field.typeName) {
    case 'integer':
    case 'bigint':
    case 'identity':
      return number;
    case 'decimal':
    case 'money':
      return `${number}.50`;
    case 'boolean':
      return random.pick(['true', 'false']);
    case 'date':
      return `2026-11-${String(10 + random.int(20))}`;
    case 'time':
      return '09:30';
    case 'timestamp':
    case 'localDateTime':
      return `2026-11-${String(10 + random.int(20))}T09:30`;
    case 'uuid':
      return '6fa459ea-ee8a-3ca4-894e-db77e160355e';
    case 'json':
      return `{"n":${number}}`;
    case 'email':
      return `fuzz${random.int(1_000)}@example.org`;
    case 'phone':
      return '+4930123456';
    case 'url':
      return 'https://example.org/a?b=c';
    case 'colour':
      return '#0d9488';
    case 'slug':
      return `fuzz-${random.int(1_000)}`;
    default:
      return `Fuzz ${random.int(1_000)}`;
  }
}

/** Rows are numbered from one; places have codes. */
function keyOf(random: Random, model: string): string {
  const number = String(1 + random.int(12));
  return model === 'place' ? `P${number}` : number;
}
