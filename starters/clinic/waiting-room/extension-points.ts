// The extension point of the waiting room: short notes that plugins show next to a patient's name.

import type { Access, Actor, App } from 'rustio-admin';

export interface PatientNote {
  readonly text: string;
  readonly tone: 'info' | 'warn' | 'bad';
}

/** Loads notes on patients, in one call for all of them. Only users with the `access` see the notes. */
export interface PatientNotes {
  readonly name: string;
  readonly access: Access;
  load(app: App, actor: Actor, patients: readonly number[]): Promise<ReadonlyMap<number, PatientNote>>;
}

declare module 'rustio-admin/plugin' {
  interface ExtensionPoints {
    'waiting-room.notes': PatientNotes;
  }
}
