// The extension point of the waiting room: short notes beside a patient's name, from plugins that know something about them.

import type { Access, App } from 'rustio-admin';

export interface PatientNote {
  readonly text: string;
  readonly tone: 'info' | 'warn' | 'bad';
}

/** Loads notes on patients: called once for all of them. Only users with the access see the notes. */
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
