import { z } from 'zod';
import type { Findings } from './findings.ts';
import { type Seal, sealTime } from './seal.ts';

/** What identifies a seal, and with it everything before: kept outside the database, it proves that none of it was rewritten. */
export interface Anchor {
  readonly seal: string;
  readonly lastId: string;
  readonly hash: string;
  readonly time: string;
}

const anchorLine = z.object({ seal: z.string(), lastId: z.string(), hash: z.string(), time: z.string() });

export function anchorOf({ number, lastId, hash, at }: Seal): Anchor {
  return { seal: String(number), lastId: String(lastId), hash: hash.toString('hex'), time: sealTime(at) };
}

/** Parses a hash, or the lines of a file of anchors; undefined if they are not anchors. */
export function parseAnchors(text: string): readonly Pick<Anchor, 'hash'>[] | undefined {
  if (isHash(text.trim())) return [{ hash: text.trim() }];
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const anchors = lines.map((line) => anchorLine.safeParse(jsonOf(line)).data);
  return anchors.length > 0 && anchors.every((anchor) => anchor !== undefined) ? anchors : undefined;
}

export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Ticks off the anchors that are found in the chain. */
export class AnchorVerifier {
  readonly #missing: Map<string, Partial<Anchor>>;
  found = 0;

  constructor(anchors: readonly (Partial<Anchor> & Pick<Anchor, 'hash'>)[]) {
    this.#missing = new Map(anchors.map((anchor) => [anchor.hash, anchor]));
  }

  see({ hash }: Seal): void {
    if (this.#missing.delete(hash.toString('hex'))) this.found += 1;
  }

  finish(findings: Findings): void {
    for (const [hash, { seal, time }] of this.#missing) {
      const which = seal === undefined ? hash : `seal ${seal}${time === undefined ? '' : ` of ${time}`} (${hash})`;
      findings.add({
        subject: 'anchor',
        problem: 'missing',
        ...(seal !== undefined && { seal }),
        message: `The anchor ${which} is not in the chain of seals: the history up to it was rewritten or removed.`,
      });
    }
  }
}
