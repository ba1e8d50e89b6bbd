import { type AnyModel, defineAdmin, defineModel, field, type ModelAdmin, type Row, timestamps } from 'rustio-admin';

// An example to edit or delete. A model is declared once; its table, form, list, search, permissions and types are derived from
// the declaration. After a change, run `npx rustio-admin migrate make`, then `npx rustio-admin migrate`.

export const Task = defineModel('task', {
  fields: {
    title: field.text({ max: 200 }),
    status: field.choice(['open', 'waiting', 'done'], {
      default: 'open',
      index: true,
      tones: { open: 'info', waiting: 'warn', done: 'good' },
    }),
    dueOn: field.date({ nullable: true, index: true, help: 'Leave empty if there is no due date.' }),
    notes: field.text({ max: 5000, multiline: true, nullable: true }),
    ...timestamps(),
  },
});
/** The type of a row: `task.title` is a string, `task.dueOn` is a string or null. */
export interface Task extends Row<typeof Task> {}

const taskAdmin = defineAdmin(Task, {
  list: ['title', 'status', 'dueOn', 'updatedAt'],
  filters: ['status', 'dueOn'],
  search: ['title', 'notes'],
  order: ['dueOn'],
});

export const models: readonly AnyModel[] = [Task];
export const admins: readonly ModelAdmin[] = [taskAdmin];
