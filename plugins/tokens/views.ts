import type { App } from '../../core/app.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { type PermissionTable, permissionTable } from '../auth/permission-table.ts';
import type { ListedToken } from './token-list.ts';

/** The top of every page of tokens: the header of a record's pages, or breadcrumbs. */
export interface TokenPageHead extends PageData {
  readonly head?: { readonly view: string; readonly data: ViewData } | undefined;
  readonly crumbs: readonly { readonly url: string; readonly label: string }[];
  /** The page that creates a token; undefined if there is no link to it. */
  readonly newUrl?: string | undefined;
  readonly newLabel?: string | undefined;
}

interface TokensView extends TokenPageHead {
  readonly help: string;
  readonly tokens: readonly TokenView[];
}
interface Moment {
  readonly iso: string;
  readonly text: string;
}
interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly state: ListedToken['state'];
  /** What they allow. */
  readonly permissions: readonly string[];
  /** Names of permissions. */
  readonly withoutEffect: readonly string[];
  readonly created: Moment;
  readonly expires: Moment;
  readonly used?: Moment | undefined;
  readonly address: string | null;
  /** Undefined if the token can no longer be used, or if the user cannot revoke it. */
  readonly revokeUrl?: string | undefined;
}

export interface NewTokenView extends TokenPageHead {
  readonly action: string;
  readonly formId: string;
  readonly help: string;
  readonly name: string;
  readonly days: string;
  readonly maxDays: number;
  /** The permissions that the token can be limited to. */
  readonly table: PermissionTable<{ readonly permission: string; readonly label: string; readonly checked: boolean }>;
  /** By field; other problems are in `rejected`, above the form. */
  readonly problems: Readonly<Partial<Record<'name' | 'days', string>>>;
  readonly rejected: readonly string[];
}

interface CreatedView extends TokenPageHead {
  readonly name: string;
  /** The token, which no other page shows. */
  readonly secret: string;
  readonly expires: Moment;
  readonly listUrl: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'tokens/list': TokensView;
    'tokens/new': NewTokenView;
    'tokens/created': CreatedView;
    'tokens/head': Pick<TokenPageHead, 'title' | 'head' | 'crumbs' | 'newUrl' | 'newLabel'>;
  }
}

/** The rows of the list, with what their permissions allow. `revokeUrl`: where to revoke one. */
export function tokenViews(
  ctx: Context,
  app: App,
  tokens: readonly ListedToken[],
  revokeUrl: (id: string) => string | undefined,
): readonly TokenView[] {
  const labels = new Map<string, string>();
  permissionTable(ctx, app, app.permissions, (permission, label) => void labels.set(permission, label));
  return tokens.map((token) => {
    const permissions = token.permissions.map((name) => labels.get(name) ?? name);
    return tokenView(ctx, { ...token, permissions }, revokeUrl(token.id));
  });
}

function tokenView(ctx: Context, token: ListedToken, revokeUrl: string | undefined): TokenView {
  const { id, name, state, permissions, withoutEffect, createdAt, expiresAt, lastUsedAt, lastUsedAddress } = token;
  return {
    id,
    name,
    state,
    permissions,
    withoutEffect,
    created: moment(ctx, createdAt),
    expires: moment(ctx, expiresAt),
    used: lastUsedAt === null ? undefined : moment(ctx, lastUsedAt),
    address: lastUsedAddress,
    revokeUrl: state === 'usable' ? revokeUrl : undefined,
  };
}

function moment(ctx: Context, dbValue: string): Moment {
  return { iso: toIso(dbValue), text: formatterFor(ctx).timestamp(dbValue) };
}

/** The response to the form that creates a token: the only one that contains it. */
export function showCreated(
  ctx: Context,
  app: App,
  head: Omit<TokenPageHead, 'title'>,
  created: { readonly name: string; readonly text: string; readonly expiresAt: string; readonly listUrl: string },
): void {
  const { name, text, expiresAt, listUrl } = created;
  app.views.page(ctx, 'tokens/created', {
    ...head,
    title: ctx.state.t('tokens.created.title'),
    name,
    secret: text,
    expires: moment(ctx, expiresAt),
    listUrl,
  });
}
