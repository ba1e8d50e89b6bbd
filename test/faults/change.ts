import {
  type BinaryExpression,
  type Expression,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast';
import {
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isDoStatement,
  isForStatement,
  isIfStatement,
  isPropertyAssignment,
  isReturnStatement,
  isStatement,
  isVariableDeclaration,
  isWhileStatement,
} from 'typescript/unstable/ast/is';
import type { Change } from './fault.ts';

/** Text that replaces a part of the source. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** @throws Error that describes what the node lacks. */
export function editOf(change: Change, node: Node, file: SourceFile): Edit {
  if (change === 'remove') return removal(node, file);
  if (change === 'unwrap') {
    const call = need(outermost(node, isCallExpression), 'call');
    return becomes(call, need(call.arguments[0], 'argument').getText(file), file);
  }
  if ('replace' in change) {
    const start = node.getStart(file);
    return { start, end: node.end, text: replaceOnce(node.getText(file), change.replace) };
  }
  const [part, text] = partOf(change, node);
  return becomes(part, text, file);
}

/** @throws Error unless `from` occurs exactly once. */
export function replaceOnce(text: string, [from, to]: readonly [from: string | RegExp, to: string]): string {
  const count = typeof from === 'string' ? text.split(from).length - 1 : [...text.matchAll(globally(from))].length;
  if (count !== 1) throw new Error(`it contains ${from} ${count} times instead of once`);
  return typeof from === 'string' ? text.replace(from, () => to) : text.replace(from, to);
}

function partOf(change: Exclude<Change, string | { replace: unknown }>, node: Node): readonly [Node, string] {
  if ('condition' in change) return [need(conditionIn(node), 'condition'), change.condition];
  if ('returns' in change)
    return [need(isReturnStatement(node) ? node.expression : undefined, 'return'), change.returns];
  if ('value' in change) return [need(valueIn(node), 'value'), change.value];
  if ('argument' in change) {
    const [index, expression] = change.argument;
    const call = need(outermost(node, isCallExpression), 'call');
    return [need(call.arguments[index], `argument ${index}`), expression];
  }
  const [index, expression] = change.operand;
  const chain = need(outermost(node, isChain), 'chain of &&, || or ??');
  return [need(operandsOf(chain)[index], `operand ${index}`), expression];
}

function removal(node: Node, file: SourceFile): Edit {
  // An empty statement can replace any statement, even one after `else`.
  if (isStatement(node)) return becomes(node, ';', file);
  if (isChain(node.parent)) {
    const { kind } = node.parent.operatorToken;
    if (kind === SyntaxKind.AmpersandAmpersandToken) return becomes(node, 'true', file);
    if (kind === SyntaxKind.BarBarToken) return becomes(node, 'false', file);
  }
  const [comma = ''] = /^\s*,/.exec(file.text.slice(node.end)) ?? [];
  return { start: node.getStart(file), end: node.end + comma.length, text: '' };
}

function becomes(node: Node, text: string, file: SourceFile): Edit {
  return { start: node.getStart(file), end: node.end, text };
}

function outermost<T extends Node>(node: Node, fits: (node: Node) => node is T): T | undefined {
  return fits(node) ? node : node.forEachChild((child) => outermost(child, fits));
}

function conditionIn(node: Node): Expression | undefined {
  if (isIfStatement(node) || isWhileStatement(node) || isDoStatement(node)) return node.expression;
  if (isConditionalExpression(node) || isForStatement(node)) return node.condition;
  return node.forEachChild(conditionIn);
}

function valueIn(node: Node): Expression | undefined {
  return outermost(node, (each) => isVariableDeclaration(each) || isPropertyAssignment(each))?.initializer;
}

const CHAINING = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
]);

function isChain(node: Node): node is BinaryExpression {
  return isBinaryExpression(node) && CHAINING.has(node.operatorToken.kind);
}

/** The parser sees `a && b && c` as `(a && b) && c`; a reader sees three operands of one chain. */
function operandsOf({ left, operatorToken, right }: BinaryExpression): readonly Expression[] {
  const isLonger = isBinaryExpression(left) && left.operatorToken.kind === operatorToken.kind;
  return [...(isLonger ? operandsOf(left) : [left]), right];
}

function globally(pattern: RegExp): RegExp {
  return new RegExp(pattern, `${pattern.flags}g`);
}

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`it has no ${what}`);
  return value;
}
