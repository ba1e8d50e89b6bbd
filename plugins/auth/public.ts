// `rustio-admin/auth`: accounts, passwords, roles, groups and permissions, for plugins that build on them.

export { type Account, findAccountByEmail, listAccounts, lockAccount } from './account.ts';
export {
  type AccountLink,
  contextOfLink,
  createLink,
  findLink,
  type LinkPurpose,
  type LinkPurposes,
  type NewLink,
  useLink,
} from './account-links.ts';
export { changeRole, eraseAccount, setActive, setLock, setPassword } from './change-account.ts';
export { createUser, type NewUser } from './create-user.ts';
export { type Credentials, findCredentials } from './credentials.ts';
export { type AccountEdit, editAccount } from './edit-account.ts';
export type { Grant, GrantApp, GrantChange } from './grants.ts';
export { addToGroup, removeFromGroup } from './group-members.ts';
export { createGroup, deleteGroup, editGroup, grantToGroup, revokeFromGroup } from './groups.ts';
export { Group, User } from './models.ts';
export type { Outcome } from './outcome.ts';
export { hashPassword, type PreparedPassword, preparePassword, verifyPassword } from './password-hash.ts';
export { generatePassword, passwordIssue } from './password-policy.ts';
export { holds } from './policy.ts';
export { hasAtLeastRole as reaches, isRole, ROLES, type Role } from './roles.ts';
export { findUserActor } from './user-actor.ts';
export type { UserPanel } from './user-panels.ts';
export { changeUserGrants, type PermissionSource, permissionSources } from './user-permissions.ts';
