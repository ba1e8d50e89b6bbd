import type { FragmentSqlToken } from 'slonik';
import type { z } from 'zod';
import type { AuditContext, Person } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { ExtensionPointName } from '../../core/extension-points.ts';
import type { Form } from '../../core/http/form.ts';

/**
 * What later plugins also want to know about every signed-in request, by name. They add to it by declaration merging and
 * fill the slot `session.columns`; then it stands in `ctx.state.session.columns`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is a place for others
export interface SessionColumns {}

/** One more expression in the one statement of a signed-in request. */
export interface SessionColumn<N extends keyof SessionColumns = keyof SessionColumns> {
  readonly name: N;
  /** SQL over the aliases `s` (rustio_session) and `u` (rustio_user). It comes back as JSON. */
  readonly expression: FragmentSqlToken;
  readonly schema: z.ZodType<SessionColumns[N]>;
}

/** Something besides the password that a person has to prove when he is asked again who he is. */
export interface SessionFactor {
  readonly name: string;
  /** The view with its fields, shown inside the form. */
  readonly view: string;
  /** Whether this person has to prove it. */
  applies(tx: Transaction, person: Person): Promise<boolean>;
  /** Whether the form proves it. A wrong answer is an outcome; what it counts is committed. */
  proves(tx: Transaction, cause: AuditContext, person: Person, form: Form): Promise<boolean>;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'session.columns': SessionColumn;
    'session.factors': SessionFactor;
  }
}

export const slots = ['session.columns', 'session.factors'] as const satisfies readonly ExtensionPointName[];
