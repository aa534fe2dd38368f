import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DriftlineError, Recommender } from '../index.js';
import { fakeService, json } from './fake-service.js';

async function withService(t, answer, options = {}) {
  const service = await fakeService(answer);
  t.after(service.close);
  return { service, recommender: new Recommender({ url: service.url, ...options }) };
}

const brokeOff = error => error instanceof DriftlineError && error.status === null && error.transient && /broke off/.test(error.message);

test('every operation and parameter of the document is there', async t => {
  const { service, recommender } = await withService(t, response => json(response, 200, { items: [], categories: [], experiments: [] }));
  const items = { count: 1, category: ['a', 'b'], minPrice: 1, maxPrice: 2, exclude: 'c', kind: 'ad' };
  await recommender.recommendations('id', { ...items, diversity: 0.5, contextItem: 'd', includePurchased: true, explore: 0.1, explain: true });
  await recommender.interests('id', { history: 2 });
  await recommender.similar('id', { ...items, diversity: 0.5 });
  await recommender.trending(items);
  await recommender.findItems('x', { count: 3, category: ['a', 'b'], id: 'c' });
  await recommender.categories();
  await recommender.trends({ window: '24h', categories: 4 });
  for await (const _ of recommender.audience('category', { minRise: 0.1, limit: 1, cursor: 'x' }));
  await recommender.experiments();
  await recommender.experiment('name');
  for await (const _ of recommender.followInterests('id'));

  const document = JSON.parse(readFileSync(new URL('../../../docs/openapi/recommender.json', import.meta.url)));
  // Left out: the console's own, and what concerns one's own data, which a shop's page has no business with.
  const expected = Object.entries(document.paths).filter(([path]) => !['/v1/console', '/v1/users', '/v1/users/{id}/export', '/v1/erasures/{id}'].includes(path))
    .map(([path, operations]) => `${path.replace(/[{}]/g, '')}?${(operations.get.parameters ?? []).filter(one => one.in === 'query').map(one => one.name).sort()}`);
  const called = service.requests.map(request => new URL(request.url, service.url)).map(url => `${url.pathname}?${[...new Set(url.searchParams.keys())].sort()}`);
  assert.deepEqual(called.sort(), expected.sort());
});

test('an id may hold any character', async t => {
  const { service, recommender } = await withService(t, response => json(response, 200, { items: [] }));
  await recommender.similar('a/b ü?#');

  assert.equal(service.requests[0].url, '/v1/items/a%2Fb%20%C3%BC%3F%23/similar');
  assert.throws(() => recommender.recommendations('..'), TypeError);
});

test('an unknown user has no interests, and a wrong address is an error', async t => {
  let explained = true;
  const { recommender } = await withService(t, response => json(response, 404, { title: 'Not Found', detail: explained ? 'Nothing is known of this user yet.' : undefined }));
  assert.equal(await recommender.interests('nobody'), null);
  explained = false;
  await assert.rejects(recommender.interests('nobody'), error => error instanceof DriftlineError && error.status === 404);
});

test('a refusal tells what the service said', async t => {
  const { recommender } = await withService(t, response => json(response, 400, { title: 'Bad', errors: { count: ['count must be at least 1.'] } }));
  await assert.rejects(recommender.trending({ count: 0 }), /400\. count must be at least 1\./);
});

test('a service that does not answer in time is told as one', async t => {
  const service = await fakeService(() => {});
  t.after(service.close);
  await assert.rejects(new Recommender({ url: service.url, timeoutMs: 50 }).trending(), error => error instanceof DriftlineError && error.status === null && error.transient && /within 50 ms/.test(error.message));
});

test('interests are followed as they change', async t => {
  const { recommender } = await withService(t, response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: interests\ndata: {"sequenceLength":1}\n\nevent: heartbeat\ndata: {}\n\nevent: inter');
    response.end('ests\ndata: {"sequenceLength":2}\n\n');
  });
  const lengths = [];
  for await (const state of recommender.followInterests('u1')) lengths.push(state.sequenceLength);
  assert.deepEqual(lengths, [1, 2]);
});

test('an audience comes line by line, and may take longer than an answer has', async t => {
  let goOn;
  const later = new Promise(resolve => { goOn = resolve; });
  const { recommender } = await withService(t, async response => {
    response.write('{"userId":"u1"}\n{"use');
    await later;
    response.end('rId":"ü2"}\n');
  }, { timeoutMs: 1000 });
  const users = [];
  for await (const member of recommender.audience('Cameras')) {
    if (users.push(member.userId) === 1) setTimeout(goOn, 1500); // the first is there while the answer goes on
  }

  assert.deepEqual(users, ['u1', 'ü2']);
});

test('an audience that breaks off has given what came before, and an aborted one ends', { timeout: 10_000 }, async t => {
  const { recommender } = await withService(t, (response, request) => {
    response.write('{"userId":"u1","cursor":"c1"}\n{"userId":"u2","cursor":"c2"}\n');
    if (request.url.includes('Cameras')) setTimeout(() => response.destroy(), 50);
  });
  const seen = [];
  await assert.rejects(async () => { for await (const { cursor } of recommender.audience('Cameras')) seen.push(cursor); }, brokeOff);
  const leaving = new AbortController();
  await assert.rejects(async () => { for await (const { cursor } of recommender.audience('Phones', {}, { signal: leaving.signal })) { seen.push(cursor); leaving.abort(); } }, { name: 'AbortError' });

  assert.deepEqual(seen, ['c1', 'c2', 'c1']);
});

test('an answer that stalls, breaks off or is no JSON is told as a DriftlineError', { timeout: 10_000 }, async t => {
  for (const body of [response => response.write('{"items":'), response => { response.write('{"items":'); setTimeout(() => response.destroy(), 50); }, response => response.end('<html>Sign in</html>')]) {
    const { recommender } = await withService(t, response => body(response.writeHead(200, { 'content-type': 'application/json' })), { timeoutMs: 1000 });
    await assert.rejects(recommender.trending(), brokeOff);
  }

  const { recommender } = await withService(t, response => response.end('<html>Sign in</html>'));
  await assert.rejects(recommender.audience('Cameras').next(), brokeOff);
});
