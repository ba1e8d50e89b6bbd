import type { EventName } from '../../core/write/events.ts';
import type { TokenEnd } from './end-tokens.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    /** The subject is the account. `id`: the public id of the token, which is also the credential in audit entries of its changes. */
    token_created: {
      readonly id: string;
      readonly name: string;
      readonly permissions: readonly string[];
      /** An ISO time. */
      readonly expiresAt: string;
    };
    /** A token ended before it expired. */
    token_revoked: { readonly id: string; readonly name: string; readonly reason: TokenEnd };
  }
}

export const events = ['token_created', 'token_revoked'] as const satisfies readonly EventName[];
