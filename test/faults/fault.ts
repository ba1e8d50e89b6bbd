/** One guard, scope, escape or limit that is removed from the source. */
export type Fault = MarkedFault | MigrationFault;

interface Described {
  /** What goes wrong; also the title of the test. */
  readonly name: string;
  /** The test files under `test/` that must detect the fault; they run in this order until one fails. */
  readonly tests: readonly string[];
}

/**
 * A fault in the node below the line `// fault: marker`: a statement, property, argument, element or operand. It refers to
 * neither files nor variables of the source, so that it survives renaming and moving.
 */
export interface MarkedFault extends Described {
  readonly marker: string;
  readonly change: Change;
}

/** A fault in a migration. Migrations cannot have markers, because databases store the checksum of the file. */
export interface MigrationFault extends Described {
  /** The file name: `0001_audit.sql`. */
  readonly migration: string;
  readonly change: Replacement;
}

/**
 * The change to the marked node. Conditions, calls and operators are the first and outermost ones in the node; operands and
 * arguments are counted from 0. Expressions are TypeScript.
 */
export type Change =
  /** Removes the node. An operand of `&&` or `||` becomes a value that leaves the decision to the others. */
  | 'remove'
  /** Replaces a call by its first argument. */
  | 'unwrap'
  /** The condition of an `if`, a loop or a `? :`. */
  | { readonly condition: 'true' | 'false' }
  /** One operand of a chain of `&&`, `||` or `??`. */
  | { readonly operand: readonly [index: number, expression: string] }
  | { readonly argument: readonly [index: number, expression: string] }
  | { readonly returns: string }
  /** The value of a variable, property or assignment. */
  | { readonly value: string }
  | Replacement;

/** For what syntax cannot express, such as SQL in a template: text that occurs exactly once in the node. */
export interface Replacement {
  readonly replace: readonly [from: string | RegExp, to: string];
}
