import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { encoded, hostileText } from './hostile.ts';
import type { Random } from './random.ts';
import { validText } from './valid.ts';

/** A query string of lists, the audit page or forms, with valid and invalid values. */
export function queryFor(random: Random, model: ModelInfo): string {
  const pairs = [parameterFor(random, model), ...random.some(3, () => parameterFor(random, model))];
  return pairs.map(([name, value]) => `${encoded(random, name)}=${encoded(random, value)}`).join('&');
}

function parameterFor(random: Random, model: ModelInfo): readonly [string, string] {
  const field = random.pick([...model.fields.values()]);
  switch (random.int(14)) {
    case 0:
      return ['q', random.percent(50) ? random.pick(['place', 'thing 1', '1', 'open']) : hostileText(random)];
    case 1:
      return ['sort', sortOf(random, model)];
    case 2:
      return [`f.${field.name}`, textFor(random, field)];
    case 3:
      return [`f.${field.name}.from`, textFor(random, field)];
    case 4:
      return [`f.${field.name}.to`, textFor(random, field)];
    case 5:
      return [random.pick(['after', 'before']), cursorOf(random, model)];
    case 6:
      return ['at', random.percent(80) ? 'last' : hostileText(random)];
    case 7:
      return ['size', random.percent(60) ? String(10 + random.int(200)) : hostileText(random)];
    case 8:
      return ['count', random.percent(80) ? 'exact' : hostileText(random)];
    case 9:
      return [
        random.pick(['event', 'model', 'person', 'from', 'to', 'correlation', 'before', 'after', 'key']),
        hostileText(random),
      ];
    case 10:
      return [field.name, textFor(random, field)];
    case 11:
      return [
        random.pick(['next', 'notice', 'view', '__proto__', 'constructor', 'f.', 'f..from']),
        hostileText(random),
      ];
    case 12:
      return [
        random.pick(['f.*odd', 'select']),
        random.percent(80) ? random.pick(['yes', 'no', 'page']) : hostileText(random),
      ];
    default:
      return [hostileText(random), hostileText(random)];
  }
}

function textFor(random: Random, field: FieldInfo): string {
  return random.percent(60) ? validText(random, field) : hostileText(random);
}

function sortOf(random: Random, model: ModelInfo): string {
  const names = [...model.fields.keys()];
  const part = () =>
    random.percent(85) ? `${random.percent(50) ? '-' : ''}${random.pick(names)}` : hostileText(random);
  return [part(), ...random.some(3, part)].join(',');
}

/** A forged cursor: the right format, any hash, any values. */
function cursorOf(random: Random, model: ModelInfo): string {
  if (random.percent(30)) return hostileText(random);
  const values = random.some(3, () => (random.percent(20) ? null : hostileText(random)));
  const hash = random.percent(50) ? model.name : hostileText(random);
  return Buffer.from(JSON.stringify([hash, ...values])).toString('base64url');
}
