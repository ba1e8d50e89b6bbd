import type { ModelInfo } from '../model/registry.ts';
import type { Handler } from '../plugin.ts';
import type { Access, RouteOptions } from './context.ts';

/** A route after the boot: data that the pipeline, `rustio-admin routes` and the tests read. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With the mount path: `/admin/:model/+new`. */
  readonly path: string;
  readonly access: Access;
  readonly handler: Handler;
  readonly options: RouteOptions;
  /** The plugin that registered it. */
  readonly owner: string;
  /** Statuses that it may answer. */
  readonly answers: ReadonlySet<number>;
}

export interface Match {
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly model: ModelInfo | undefined;
  /** Methods that the path would answer; empty: there is no such path. */
  readonly allowed: readonly string[];
}
