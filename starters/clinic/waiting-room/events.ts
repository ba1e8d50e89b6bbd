import type { EventName } from 'rustio-admin';

declare module 'rustio-admin/plugin' {
  interface EventData {
    patient_arrived: { readonly appointment: string };
    patient_called: { readonly appointment: string; readonly room: string; readonly waitedMinutes: number };
    waiting_room_cleared: { readonly visits: number };
  }
}

export const events = [
  'patient_arrived',
  'patient_called',
  'waiting_room_cleared',
] as const satisfies readonly EventName[];
