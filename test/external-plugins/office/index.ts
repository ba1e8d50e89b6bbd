import { BlockList, isIPv6 } from 'node:net';
import { definePlugin, z } from 'rustio-admin/plugin';
import type { Circumstances } from 'rustio-admin/sessions';

const cidr = z.union([z.cidrv4(), z.cidrv6()]);
const hour = z.int().min(0).max(24);

const options = z.strictObject({
  /** The networks from which administrators may use the admin: `192.0.2.0/24`, `2001:db8:1::/48`. */
  networks: z.array(cidr).min(1),
  /** The hours in which they may sign in. */
  hours: z.strictObject({ from: hour, to: hour, timeZone: z.string().default('UTC') }),
});

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    office: typeof options;
  }
}

/** Administrators sign in from the office and during its hours only, and do not take their sessions out of its network. */
export const office = definePlugin({
  name: 'office',
  api: 1,
  description: 'Limits administrators to networks and hours.',
  requires: ['sessions'],
  options,
  messages: {
    en: {
      'office.network': 'Administrators can sign in from the office network only.',
      'office.hours': 'Administrators can sign in during office hours only.',
    },
  },
  contributes: {
    'signIn.conditions': (app) => {
      const { networks, hours } = app.options('office');
      const isInside = networkTest(networks);
      const hourOf = hourIn(hours.timeZone);
      return [
        {
          name: 'office-network',
          message: 'office.network',
          // A session that is carried out of the office ends.
          everyRequest: true,
          allows: (given) => !isAdministrator(given) || (given.ip !== null && isInside(given.ip)),
        },
        {
          name: 'office-hours',
          message: 'office.hours',
          allows: (given) =>
            !isAdministrator(given) || (hourOf(given.now) >= hours.from && hourOf(given.now) < hours.to),
        },
      ];
    },
  },
});

function isAdministrator({ user }: Circumstances): boolean {
  return user.role === 'administrator' || user.role === 'developer';
}

function networkTest(networks: readonly string[]): (ip: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [start = '', length] = network.split('/');
    list.addSubnet(start, Number(length), isIPv6(start) ? 'ipv6' : 'ipv4');
  }
  return (ip) => list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}

function hourIn(timeZone: string): (time: Date) => number {
  const format = new Intl.DateTimeFormat('en-GB', { hour: 'numeric', hourCycle: 'h23', timeZone });
  return (time) => Number(format.format(time));
}
