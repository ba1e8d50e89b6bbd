// `rustio-admin/auth`: accounts, passwords, roles, groups and permissions, for plugins that build on them.

export { type Account, findAccountByEmail, listAccounts, lockAccount } from './account.ts';
export { changeRole, setActive, setPassword } from './change-account.ts';
export { createUser, type NewUser } from './create-user.ts';
export { type Credentials, findCredentials } from './credentials.ts';
export { addToGroup, removeFromGroup } from './group-members.ts';
export { createGroup, grantToGroup, revokeFromGroup } from './groups.ts';
export { Group, User } from './models.ts';
export type { Outcome } from './outcome.ts';
export { hashPassword, verifyPassword } from './password-hash.ts';
export { generatePassword, passwordIssue } from './password-policy.ts';
export { holds } from './policy.ts';
export { hasAtLeastRole as reaches, isRole, ROLES, type Role } from './roles.ts';
export { findUserActor } from './user-actor.ts';
export type { UserPanel } from './user-panels.ts';
