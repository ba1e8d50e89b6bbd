// The extension point of the waiting room: short notes next to a patient's name, from plugins that have information on them.

import type { Access, Actor, App } from 'rustio-admin';

export interface PatientNote {
  readonly text: string;
  readonly tone: 'info' | 'warn' | 'bad';
}

/** Loads notes on patients: called once for all of them. Only users with the access see the notes. */
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
