import * as assert from 'uvu/assert';
import { definePlugin, type Plugin } from '../../../../index.ts';
import { type TestApp, testApp } from '../../../support/app.ts';
import { suite } from '../../../support/suite.ts';
import { rawRequest } from '../raw-request.ts';

const test = suite('metrics');
const TOKEN = 'a-token-of-the-scraper';

async function during(extend: readonly Plugin[], work: (app: TestApp) => Promise<void>, token = TOKEN): Promise<void> {
  const app = await testApp({ extend }, { environment: token === '' ? {} : { metricsToken: token } });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

const scrape = (url: string, authorization = `Bearer ${TOKEN}`) =>
  rawRequest(url, 'GET', '/metrics', { authorization });

/** Series by name and labels. */
function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, series = '', value] =
        /^([a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
      assert.ok(value, `not a sample: ${line}`);
      return [series, Number(value)];
    }),
  );
}

test('without the correct token, the page is not found', () =>
  during([], async ({ url }) => {
    const missing = await rawRequest(url, 'GET', '/nothing-here');
    for (const headers of [
      {},
      { authorization: TOKEN },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: `bearer${TOKEN}` },
      { authorization: `Basic ${TOKEN}` },
      { authorization: 'Bearer ' },
    ]) {
      const { status } = await rawRequest(url, 'GET', '/metrics', headers);
      assert.is(status, missing.status);
      assert.is(status, 404);
    }
    assert.is((await rawRequest(url, 'GET', `/metrics?token=${TOKEN}`)).status, 404);
    assert.is((await scrape(url)).status, 200);
  }));

test('without METRICS_TOKEN there is no page, not even for an empty token', () =>
  during(
    [],
    async ({ url }) => {
      for (const authorization of ['Bearer ', 'Bearer undefined', '']) {
        assert.is((await scrape(url, authorization)).status, 404);
      }
    },
    '',
  ));

test('requests, connections and the process are counted', () =>
  during([], async ({ url, errors }) => {
    await rawRequest(url, 'GET', '/healthz');
    await rawRequest(url, 'GET', '/readyz');
    await rawRequest(url, 'GET', '/nothing-here');
    const { text, headers } = await scrape(url);
    assert.is(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    const series = seriesOf(text);
    assert.is(series.get('rustio_http_requests_total{status="2xx"}'), 2);
    assert.is(series.get('rustio_http_requests_total{status="4xx"}'), 1);
    assert.is(series.get('rustio_http_requests_in_flight'), 1, 'this one');
    assert.is(series.get('rustio_http_request_duration_seconds_count'), 3);
    assert.is(series.get('rustio_http_request_duration_seconds_bucket{le="+Inf"}'), 3);
    const buckets = [...series].filter(([name]) => name.includes('_bucket')).map(([, value]) => value);
    assert.equal(
      buckets,
      buckets.toSorted((one, other) => one - other),
      'buckets are cumulative',
    );
    for (const name of [
      'rustio_database_connections{pool="write",state="busy"}',
      'rustio_database_connections{pool="read",state="idle"}',
      'rustio_database_waiting{pool="write"}',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      assert.ok(series.has(name), name);
    assert.ok((series.get('process_resident_memory_bytes') ?? 0) > 10_000_000);
    assert.equal(errors, []);
  }));

test('the metrics of plugins are included; a plugin that fails or never returns is omitted and logged', () => {
  const figure = { help: 'Strikes.', type: 'counter' } as const;
  const plugins = [
    definePlugin({
      name: 'strikes',
      api: 1,
      metrics: async () => [
        { ...figure, name: 'strikes_total', value: 4, labels: { severity: 'a "bad" one' } },
        { ...figure, name: 'not a name', value: 4 },
      ],
    }),
    definePlugin({
      name: 'broken',
      api: 1,
      metrics: () => {
        throw new Error('no figures');
      },
    }),
    definePlugin({ name: 'silent', api: 1, metrics: () => new Promise(() => {}) }),
  ];
  return during(plugins, async ({ url, errors }) => {
    const { status, text } = await scrape(url);
    assert.is(status, 200);
    assert.is(seriesOf(text).get('strikes_total{severity="a \\"bad\\" one"}'), 4);
    assert.equal(
      errors.map(({ plugin, metric }) => plugin ?? metric),
      ['broken', 'silent', 'not a name'],
    );
  });
});

test('each of several worker processes adds its number as a label', async () => {
  const app = await testApp({}, { environment: { metricsToken: TOKEN, variables: { RUSTIO_WORKER: '2' } } });
  const { text } = await scrape(app.url);
  assert.ok(seriesOf(text).has('rustio_http_requests_in_flight{worker="2"}'));
  await app.close();
});
