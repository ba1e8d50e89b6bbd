/** One guard, scope, escape or bound taken out of the source. */
export interface Fault {
  /** What is gone, in words; it is the test's name. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** The text that goes: it must stand in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** The test files that must notice, under `test/`; they run in this order until one fails. */
  readonly tests: readonly string[];
}

/** @throws where the file does not hold the text exactly once: the source has changed, and the fault must change with it. */
export function withFault({ name, file, from, to }: Fault, source: string): string {
  const found = source.split(from).length - 1;
  if (found === 1) return source.replace(from, () => to);
  throw new Error(
    `"${name}": ${file} holds its text ${found} times instead of once. Make the fault fit the source again.`,
  );
}
