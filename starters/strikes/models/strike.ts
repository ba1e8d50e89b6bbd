import { defineModel, field, type Row, timestamps, User } from 'rustio-admin';
import { Aircraft } from './aircraft.ts';
import { Airport } from './airport.ts';
import { Label, StrikeLabel } from './label.ts';
import { Operator } from './operator.ts';
import { Species } from './species.ts';

/** One reported collision of an aircraft with wildlife: the facts of the report, and how the desk handles the case. */
export const Strike = defineModel('strike', {
  fields: {
    // the report
    occurredOn: field.date({ index: true, label: 'Date', help: 'Day of the flight, local to the airport.' }),
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
      help: 'Indicated airspeed in knots. Empty when it was not reported; 0 is a report of a standing aircraft.',
    }),
    aircraft: field.belongsTo(() => Aircraft, { label: 'Aircraft type' }),
    operator: field.belongsTo(() => Operator),
    species: field.belongsTo(() => Species),
    wildlifeSize: field.choice(['small', 'medium', 'large'], {
      index: true,
      label: 'Wildlife size',
      help: 'Size as the reporter judged it; it may differ from the usual size of the species.',
    }),

    // what came of it
    damage: field.choice(['none', 'minor', 'medium', 'substantial', 'classB', 'classC'], {
      index: true,
      label: 'Damage',
      labels: { classB: 'B (military)', classC: 'C (military)' },
      tones: { none: 'neutral', minor: 'info', medium: 'warn', substantial: 'bad', classB: 'bad', classC: 'warn' },
      help:
        'As reported. The source does not explain "Medium", nor the letters B and C: only military reports use those, and ' +
        'each of them has costs, so they are probably mishap classes of the armed forces.',
    }),
    costRepair: field.decimal({
      precision: 12,
      scale: 2,
      min: '0',
      default: '0',
      label: 'Repair ($)',
      help: '0 means that no cost was reported, not that there was none.',
    }),
    costOther: field.decimal({
      precision: 12,
      scale: 2,
      min: '0',
      default: '0',
      label: 'Other costs ($)',
      help: 'Lost revenue, hotel rooms, fuel dumped. 0 means that none was reported.',
    }),
    costTotal: field.decimal({
      precision: 12,
      scale: 2,
      min: '0',
      default: '0',
      index: true,
      readOnly: true,
      label: 'Total cost ($)',
      help: 'Repair and other costs together; kept up to date by itself.',
    }),

    // the case
    state: field.choice(['new', 'open', 'closed'], {
      default: 'new',
      label: 'State',
      tones: { new: 'info', open: 'warn', closed: 'good' },
      help: 'New: nobody has looked at it. Open: somebody works on it. Closed: nothing is left to do.',
    }),
    officer: field.belongsTo(() => User, { nullable: true, onDelete: 'setNull', label: 'Case officer' }),
    labels: field.manyToMany(() => Label, { through: () => StrikeLabel }),
    notes: field.text({
      max: 5000,
      nullable: true,
      multiline: true,
      help: 'What the desk found out, asked for, decided.',
    }),
    ...timestamps(),
  },
  label: ['occurredOn', 'airport'],
  // Lists show the newest first; what they are narrowed by most leads an index that ends in the date.
  indexes: [
    ['state', '-occurredOn'],
    ['airport', '-occurredOn'],
  ],
});
export interface Strike extends Row<typeof Strike> {}
