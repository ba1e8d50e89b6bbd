// `rustio-admin/tokens`: for plugins and commands that create tokens, or react to them.

export { createToken, type TokenApp, type TokenRequest } from './create-token.ts';
export { revokeToken, type TokenEnd } from './end-tokens.ts';
export { type ListedToken, listTokens } from './token-list.ts';
