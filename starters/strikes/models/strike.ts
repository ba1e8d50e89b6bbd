import { defineModel, field, type Row, timestamps, User } from 'rustio-admin';
import { Aircraft } from './aircraft.ts';
import { Airport } from './airport.ts';
import { Label, StrikeLabel } from './label.ts';
import { Operator } from './operator.ts';
import { Species } from './species.ts';

/** One reported collision of an aircraft with wildlife: the report, and how the desk handles the case. */
export const Strike = defineModel('strike', {
  fields: {
    // the report
    occurredOn: field.date({ index: true, label: 'Date', help: 'Local date at the airport.' }),
    airport: field.belongsTo(() => Airport, { index: false }),
    phase: field.choice(['parked', 'taxi', 'takeOffRun', 'climb', 'descent', 'approach', 'landingRoll'], {
      index: true,
      label: 'Phase of flight',
      labels: { takeOffRun: 'Take-off run', landingRoll: 'Landing roll' },
    }),
    timeOfDay: field.choice(['dawn', 'day', 'dusk', 'night'], { index: true, label: 'Time of day' }),
    speed: field.integer({
      min: 0,
      max: 600,
      nullable: true,
      index: true,
      label: 'Speed (kt)',
      help: 'Indicated airspeed in knots. Empty if not reported; 0 if the aircraft was stationary.',
    }),
    aircraft: field.belongsTo(() => Aircraft, { label: 'Aircraft type' }),
    operator: field.belongsTo(() => Operator),
    species: field.belongsTo(() => Species),
    wildlifeSize: field.choice(['small', 'medium', 'large'], {
      index: true,
      label: 'Wildlife size',
      help: 'As estimated by the reporter; may differ from the usual size of the species.',
    }),

    // the consequences
    damage: field.choice(['none', 'minor', 'medium', 'substantial', 'classB', 'classC'], {
      index: true,
      label: 'Damage',
      labels: { classB: 'B (military)', classC: 'C (military)' },
      tones: { none: 'neutral', minor: 'info', medium: 'warn', substantial: 'bad', classB: 'bad', classC: 'warn' },
      help: 'As reported. B and C are used only in military reports and are probably mishap classes.',
    }),
    costRepair: field.decimal({
      precision: 12,
      scale: 2,
      min: '0',
      default: '0',
      label: 'Repair ($)',
      help: '0 means that no cost was reported.',
    }),
    costOther: field.decimal({
      precision: 12,
      scale: 2,
      min: '0',
      default: '0',
      label: 'Other costs ($)',
      help: 'Lost revenue, hotel rooms and dumped fuel. 0 means that no cost was reported.',
    }),
    costTotal: field.decimal({
      precision: 12,
      scale: 2,
      min: '0',
      default: '0',
      index: true,
      readOnly: true,
      label: 'Total cost ($)',
      help: 'Repair and other costs combined, updated automatically.',
    }),

    // the case
    state: field.choice(['new', 'open', 'closed'], {
      default: 'new',
      label: 'State',
      tones: { new: 'info', open: 'warn', closed: 'good' },
      help: 'New: not reviewed yet. Open: in progress. Closed: no further action.',
    }),
    officer: field.belongsTo(() => User, { nullable: true, onDelete: 'setNull', label: 'Case officer' }),
    labels: field.manyToMany(() => Label, { through: () => StrikeLabel }),
    notes: field.text({
      max: 5000,
      nullable: true,
      multiline: true,
      help: 'Findings, requests and decisions.',
    }),
    ...timestamps(),
  },
  label: ['occurredOn', 'airport'],
  // Lists show the newest strikes first, so the indexes for the most common filters end with the date.
  indexes: [
    ['state', '-occurredOn'],
    ['airport', '-occurredOn'],
  ],
});
export interface Strike extends Row<typeof Strike> {}
