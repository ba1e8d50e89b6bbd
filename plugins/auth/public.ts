// `rustio-admin/auth`: accounts, passwords, roles, groups and permissions, for plugins that build on them.

export { type Account, findAccountByEmail, listAccounts, lockAccount } from './account.ts';
export { changeRole, setActive } from './change-account.ts';
export { createUser, type NewUser } from './create-user.ts';
export { type Credentials, findCredentials } from './credentials.ts';
export { generatePassword } from './generated-password.ts';
export { addToGroup, removeFromGroup } from './group-members.ts';
export { createGroup, grantToGroup, revokeFromGroup } from './groups.ts';
export { Group, User } from './models.ts';
export type { Outcome } from './outcome.ts';
export { hashPassword, verifyPassword } from './password-hash.ts';
export { passwordIssue } from './password-policy.ts';
export { personById } from './person-by-id.ts';
export { holds } from './policy.ts';
export { isRole, ROLES, type Role, reaches } from './roles.ts';
export { setPassword } from './set-password.ts';
export type { UserPanel } from './user-panels.ts';
