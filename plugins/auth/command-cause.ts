export { commandAuditContext } from '../../core/command-context.ts';
