/** One guard, scope, escape or limit taken out of the source. */
export type Fault = MarkedFault | MigrationFault;

interface Described {
  /** What goes wrong; it is the test's name. */
  readonly name: string;
  /** The test files that must notice, under `test/`; they run in this order until one fails. */
  readonly tests: readonly string[];
}

/**
 * A fault in the node below the line `// fault: marker`: a statement, property, argument, element or operand. It names nothing of
 * the source, neither its file nor a variable, so that renaming and moving do not break it.
 */
export interface MarkedFault extends Described {
  readonly marker: string;
  readonly change: Change;
}

/** A fault in a migration, which can have no marker: databases store the checksum of its file. */
export interface MigrationFault extends Described {
  /** The name of the file: `0001_audit.sql`. */
  readonly migration: string;
  readonly change: Replacement;
}

/**
 * What happens to the marked node. Conditions, calls and operators are the outermost ones in the node, and the first of several;
 * operands and arguments are counted from 0. Expressions are TypeScript.
 */
export type Change =
  /** The node disappears. An operand of `&&` or `||` becomes the value that leaves the decision to the other ones. */
  | 'remove'
  /** A call is replaced by its first argument. */
  | 'unwrap'
  /** What an `if`, a loop or a `? :` tests. */
  | { readonly condition: 'true' | 'false' }
  /** One operand of a chain of `&&`, `||` or `??`. */
  | { readonly operand: readonly [index: number, expression: string] }
  | { readonly argument: readonly [index: number, expression: string] }
  | { readonly returns: string }
  /** What a variable, a property or an assignment is given. */
  | { readonly value: string }
  | Replacement;

/** For what syntax cannot reach, such as SQL in a template: text that occurs exactly once in the node. */
export interface Replacement {
  readonly replace: readonly [from: string | RegExp, to: string];
}
