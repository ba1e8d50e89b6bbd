import type { Command } from '../../core/command.ts';
import { groupCommands } from './group-commands.ts';
import { userCommands } from './user-commands.ts';

export const commands: readonly Command[] = [...userCommands, ...groupCommands];
