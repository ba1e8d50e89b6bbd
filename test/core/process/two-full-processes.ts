// Two web processes, each of which accepts two connections. The primary sends its parent the port.
import cluster from 'node:cluster';
import { serve } from '../../../core/process/serve.ts';
import { testApp } from '../../support/app.ts';

if (cluster.isPrimary) {
  for (const each of [cluster.fork(), cluster.fork()]) each.on('message', started);
} else {
  const app = await testApp({});
  const { url } = await serve(app.booted, { port: 0, host: '127.0.0.1' }, { maxConnections: 2, schedule: false });
  process.send?.(Number(new URL(url).port));
}

const ports: number[] = [];

function started(port: number): void {
  ports.push(port);
  if (ports.length === 2) process.send?.(port);
}
