import { escapeHtml } from '../../view/escape.ts';
import type { FieldType } from '../kind.ts';
import { addressOf, file, storedIn } from './file.ts';

/** A picture made of dots: a file whose content and size in dots are looked at, and that a record's own page shows. */
export const image: FieldType<string> = {
  ...file,
  kind: 'image',
  widget: () => 'image',

  cell(field, show) {
    const named = file.cell(field, show);
    if (show.whole !== true) return named;
    return (wire, row) => {
      const found = storedIn(wire);
      const url = addressOf(field, show, row);
      if (found === undefined || url === undefined) return named(wire, row);
      const dots = found.width === null ? '' : ` width="${found.width}" height="${found.height}"`;
      // The name beside it says what it is; read twice it would be one too many.
      return `<img class="picture" src="${escapeHtml(url)}" alt=""${dots} loading="lazy"> ${named(wire, row)}`;
    };
  },
};
