import { type AnyModel, defineAdmin, defineModel, field, type ModelAdmin, type Row, timestamps } from 'rustio-admin';

// An example to change or throw away. A model is declared once; its table, form, list, search, permissions and types
// all come from here. After a change: `npx rustio-admin migrate make`, then `npx rustio-admin migrate`.

export const Task = defineModel('task', {
  fields: {
    title: field.text({ max: 200 }),
    status: field.choice(['open', 'waiting', 'done'], {
      default: 'open',
      index: true,
      tones: { open: 'info', waiting: 'warn', done: 'good' },
    }),
    dueOn: field.date({ nullable: true, index: true, help: 'Leave it empty when there is no hurry.' }),
    notes: field.text({ max: 5000, multiline: true, nullable: true }),
    ...timestamps(),
  },
});
/** A task as your code gets it: `task.title` is a string, `task.dueOn` a string or null. */
export interface Task extends Row<typeof Task> {}

const taskAdmin = defineAdmin(Task, {
  list: ['title', 'status', 'dueOn', 'updatedAt'],
  filters: ['status', 'dueOn'],
  search: ['title', 'notes'],
  order: ['dueOn'],
});

export const models: readonly AnyModel[] = [Task];
export const admins: readonly ModelAdmin[] = [taskAdmin];
