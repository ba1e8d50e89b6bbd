/** What `audit verify` found. */
export interface Finding {
  /** What the finding is about: `entry`, `count`, `seal`, `erasure`, `anchor` or `table`. */
  readonly subject: 'entry' | 'count' | 'seal' | 'erasure' | 'anchor' | 'table';
  readonly problem: 'changed' | 'deleted' | 'inserted' | 'missing' | 'unrecorded' | 'unverifiable';
  /** The id of the entry. */
  readonly entry?: string;
  /** The number of the seal. */
  readonly seal?: string;
  readonly message: string;
}

/** A table with a billion deleted rows must not fill the memory. */
const MAX_FINDINGS = 10_000;

export class Findings {
  readonly all: Finding[] = [];
  /** Including those beyond `MAX_FINDINGS`. */
  total = 0;

  add(finding: Finding): void {
    this.total += 1;
    if (this.all.length < MAX_FINDINGS) this.all.push(finding);
  }
}
