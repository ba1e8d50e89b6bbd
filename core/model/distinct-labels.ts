interface Labelled {
  readonly key: string;
  readonly label: string;
}

/**
 * The entries of one list (options, boxes, chips, links to rows) with labels that tell them apart: those whose label looks like that of
 * another entry also show their key, and those whose label is blank show the key alone.
 *
 * @example
 * distinctLabels([{ key: '1', label: 'Twin' }, { key: '2', label: 'Twin' }]) // Twin (1), Twin (2)
 */
export function distinctLabels<T extends Labelled>(entries: readonly T[]): readonly T[] {
  const labels = distinctTexts(new Map(entries.map(({ key, label }) => [key, label])));
  return entries.map((entry) => ({ ...entry, label: labels.get(entry.key) ?? entry.label }));
}

const ROUNDS = 3;

/** The same for labels by key. */
export function distinctTexts(labels: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let texts = new Map([...labels].map(([key, label]) => [key, appearance(label) === '' ? key : label]));
  const withKey = new Set<string>();
  // A label with its key may look like the label of a third entry: then that one shows its key, too. In the last round all of them do:
  // labels that are chosen for it would otherwise need a round each.
  // fault: labels-in-a-chain
  for (let changed = true, round = 1; changed; round += 1) {
    changed = false;
    const counts = new Map<string, number>();
    for (const text of texts.values()) counts.set(appearance(text), (counts.get(appearance(text)) ?? 0) + 1);
    texts = new Map(
      [...texts].map(([key, text]) => {
        // fault: options-with-one-label
        const isAlone = round < ROUNDS && counts.get(appearance(text)) === 1;
        if (isAlone || withKey.has(key) || text === key) return [key, text];
        withKey.add(key);
        changed = true;
        return [key, `${text} (${key})`];
      }),
    );
  }
  return texts;
}

/** HTML shows any number of blanks as one. Single spaces are not replaced: a label can have thousands. */
function appearance(text: string): string {
  return text.trim().replace(/\s{2,}|[^\S ]/gu, ' ');
}
