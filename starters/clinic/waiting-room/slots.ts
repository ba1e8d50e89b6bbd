// The place that the waiting room leaves open: short notes beside a patient's name, from whoever knows something about him.

import type { Access, App } from 'rustio-admin';

export interface PatientNote {
  readonly text: string;
  readonly tone: 'info' | 'warn' | 'bad';
}

/** Knows something about patients. Asked once for all of them; only those see its notes who have the access. */
export interface PatientNotes {
  readonly name: string;
  readonly access: Access;
  load(app: App, patients: readonly number[]): Promise<ReadonlyMap<number, PatientNote>>;
}

declare module 'rustio-admin/plugin' {
  interface ExtensionPoints {
    'waiting-room.notes': PatientNotes;
  }
}
