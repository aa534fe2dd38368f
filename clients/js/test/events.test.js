import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSender, Recommender } from '../index.js';
import { accept, fakeService, json } from './fake-service.js';

const click = (eventId, more = {}) => ({ eventId, eventType: 'click', userId: 'u1', items: [{ itemId: 'i1' }], ...more });

async function withService(t, answer, options = {}) {
  const service = await fakeService(answer);
  t.after(service.close);
  const failed = [];
  const sender = new EventSender({ url: service.url, firstWaitMs: 1, longestWaitMs: 2, onFailure: one => failed.push(one), ...options });
  return { service, sender, failed };
}

test('closing delivers everything, in order and in batches', async t => {
  const { service, sender } = await withService(t, accept, { lingerMs: 60_000, capacity: 5000 });
  const ids = Array.from({ length: 2500 }, (_, i) => `e${i}`);
  for (const id of ids) await sender.send(click(id));

  await sender.close();

  assert.deepEqual(service.ids(), ids);
  assert.ok(service.requests.every(request => request.events.length <= 1000));
  assert.deepEqual(sender.counts, { delivered: 2500, rejected: 0, undelivered: 0 });
  await assert.rejects(sender.send(click('late')), /closed/);
});

test('a request stays within its bytes', async t => {
  const { service, sender } = await withService(t, accept, { lingerMs: 60_000, maxBatchBytes: 1000 });
  for (let i = 0; i < 20; i++) await sender.send(click(`ü${i}`));
  await sender.close();

  assert.equal(service.ids().length, 20);
  assert.ok(service.requests.every(request => Buffer.byteLength(request.body) <= 1000));
  await assert.rejects(new EventSender({ url: service.url, maxBatchBytes: 100 }).send(click('e1')), RangeError);
});

test('a number that cannot be is refused, and named with its range', () => {
  for (const [name, values] of Object.entries({
    capacity: [0, NaN, '5', -1], maxBatchEvents: [0, NaN, 1001], maxBatchBytes: [99, NaN, Infinity], lingerMs: [-1, NaN, 2 ** 31], firstWaitMs: [-1, NaN], longestWaitMs: [-1, Infinity],
    attemptTimeoutMs: [0, NaN], closeTimeoutMs: [-1, Infinity],
  })) {
    for (const value of values) {
      assert.throws(() => new EventSender({ url: 'http://127.0.0.1:1', [name]: value }), error => error instanceof RangeError && error.message.startsWith(`${name} must be a number from `));
    }
  }
});

test('a 503 is tried again with the same ids, and not before Retry-After', async t => {
  let first;
  const { service, sender } = await withService(t, (response, request, number) => {
    if (number > 1) return accept(response, request);
    first = performance.now();
    return json(response, 503, {}, { 'retry-after': '1' });
  });
  await sender.send(click('e1'));
  await sender.flush();

  assert.deepEqual(service.ids(), ['e1', 'e1']);
  assert.ok(performance.now() - first >= 990);
  assert.equal(service.requests[0].events[0].eventTime, service.requests[1].events[0].eventTime);
  assert.ok(service.requests[1].events[0].sentAt > service.requests[0].events[0].sentAt);
  assert.equal(sender.counts.delivered, 1);
});

test('a broken connection is tried again', async t => {
  const { service, sender } = await withService(t, (response, request, number) => number === 1 ? response.destroy() : accept(response, request));
  await sender.send(click('e1'));
  await sender.flush();

  assert.deepEqual(service.ids(), ['e1', 'e1']);
});

test('rejected events are told with their field and not sent again', async t => {
  const { service, sender, failed } = await withService(t, response => json(response, 202, {
    results: [{ eventId: 'e1', status: 'accepted' }, { eventId: 'e2', status: 'rejected', pointer: '/1/rating', reason: 'is out of range' }],
  }), { lingerMs: 60_000 });
  await sender.send(click('e1'));
  await sender.send(click('e2'));
  await sender.close();

  assert.deepEqual(failed.map(({ event, rejected, pointer, reason }) => [event.eventId, rejected, pointer, reason]), [['e2', true, '/rating', 'is out of range']]);
  assert.equal(service.requests.length, 1);
});

test('sending waits while the buffer is full', async t => {
  let open;
  const opened = new Promise(resolve => { open = resolve; });
  let asked;
  const underWay = new Promise(resolve => { asked = resolve; });
  const { service, sender } = await withService(t, async (response, request) => { asked(); await opened; accept(response, request); }, { capacity: 2, lingerMs: 0 });
  await sender.send(click('e1'));
  await underWay;
  await sender.send(click('e2'));
  await sender.send(click('e3'));
  let taken = false;
  const fourth = sender.send(click('e4')).then(() => { taken = true; });
  await new Promise(resolve => setImmediate(resolve));

  assert.equal(taken, false);
  open();
  await fourth;
  await sender.flush();
  assert.deepEqual(service.ids(), ['e1', 'e2', 'e3', 'e4']);
});

test('closing ends in time and tells what is left', { timeout: 10_000 }, async t => {
  const { sender, failed } = await withService(t, response => json(response, 503, {}), { closeTimeoutMs: 50, firstWaitMs: 60_000, longestWaitMs: 60_000 });
  await sender.send(click('e1'));
  await sender.close();

  assert.deepEqual(failed.map(one => [one.event.eventId, one.rejected]), [['e1', false]]);
});

test('what is undefined counts as left out', async t => {
  const { service, sender } = await withService(t, accept, { capacity: undefined, attemptTimeoutMs: undefined, key: undefined });
  const id = await sender.send({ eventId: undefined, eventTime: undefined, eventType: 'click', userId: 'u1', items: [{ itemId: 'i1' }] });
  await sender.close();

  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(service.ids(), [id]);
  assert.ok(Date.parse(service.requests[0].events[0].eventTime) > 0);
});

test('events get ids on a page without https, where browsers have no randomUUID', async t => {
  t.mock.method(crypto, 'randomUUID', () => { throw new TypeError('crypto.randomUUID is not a function'); });
  const { service, sender } = await withService(t, accept);
  const ids = [await sender.send(click(undefined)), await sender.send(click(undefined))];
  await sender.close();

  assert.match(ids[0], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(service.ids(), ids);
});

test('a failure handler that throws keeps nobody waiting', async t => {
  t.mock.method(console, 'error', () => {});
  const told = [];
  const { sender } = await withService(t, response => json(response, 400, { title: 'no' }), { lingerMs: 0, capacity: 1, onFailure: one => { told.push(one.event.eventId); throw new Error('the shop'); } });
  for (const id of ['e1', 'e2', 'e3']) await sender.send(click(id));
  await sender.close();

  assert.deepEqual(told, ['e1', 'e2', 'e3']);
  assert.equal(sender.counts.undelivered, 3);
});

test('an event that is sent as the last batch ends is not left behind', { timeout: 10_000 }, async t => {
  for (let ticks = 0; ticks < 10; ticks++) {
    let arrived;
    const mended = new Promise(resolve => { arrived = resolve; });
    const { sender } = await withService(t, (response, request, number) => number === 1 ? json(response, 400, { title: 'no' }) : (arrived(), accept(response, request)), {
      maxBatchEvents: 1,
      onFailure: async () => {
        for (let i = 0; i < ticks; i++) await null;
        await sender.send(click('mended'));
      },
    });
    await sender.send(click('e1'));
    await mended;
    await sender.close();
  }
});

test('no browser has to know how to join signals', async t => {
  const { any } = AbortSignal;
  delete AbortSignal.any;
  t.after(() => { AbortSignal.any = any; });
  const { service, sender } = await withService(t, (response, request, number) => { if (number > 1) accept(response, request); }, { attemptTimeoutMs: 500 });
  await sender.send(click('e1'));
  await sender.close();

  assert.deepEqual(service.ids(), ['e1', 'e1']);
  assert.equal(sender.counts.delivered, 1);
});

/** A sender in a page that can be hidden, and what it fetches. */
async function inPage(t, answer, options) {
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.removeEventListener = page.removeEventListener.bind(page);
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  const requests = [];
  const keep = (url, options) => { requests.push(options); return fetch(url, options); };
  return { ...await withService(t, answer, { lingerMs: 60_000, fetch: keep, ...options }), requests, hide: () => page.dispatchEvent(new Event('pagehide')), show: () => page.dispatchEvent(new Event('pageshow')) };
}

async function hiddenPage(t, answer) {
  const { service, sender, requests, hide } = await inPage(t, answer, { key: 'dl_page' });
  for (let i = 0; i < 10; i++) await sender.send(click(`e${i}`, { reviewText: 'x'.repeat(10_000) }));
  hide();
  return { service, sender, requests };
}

test('a hidden page sends what is left in requests that outlive it', async t => {
  const { service, sender, requests } = await hiddenPage(t, accept);

  assert.ok(requests.length > 1 && requests.every(request => request.keepalive && request.body.length <= 64 * 1024));
  await sender.close();
  assert.deepEqual(service.ids().sort(), Array.from({ length: 10 }, (_, i) => `e${i}`));
  assert.ok(service.requests.every(request => request.headers.authorization === 'Bearer dl_page'));
  assert.deepEqual(sender.counts, { delivered: 10, rejected: 0, undelivered: 0 });
});

test('a hidden page keeps to the bytes of a request that it is told', async t => {
  const { service, sender, hide } = await inPage(t, accept, { maxBatchBytes: 1000 });
  for (let i = 0; i < 20; i++) await sender.send(click(`e${i}`));
  hide();
  await sender.close();

  assert.equal(service.ids().length, 20);
  assert.ok(service.requests.every(request => Buffer.byteLength(request.body) <= 1000));
});

test('what is sent while a page goes, or from the background, leaves at once', async t => {
  const { service, sender, requests, hide, show } = await inPage(t, accept);
  hide();
  await sender.send(click('e1'));
  await sender.send(click('e2'));
  assert.equal(requests.length, 2);
  assert.ok(requests.every(request => request.keepalive));

  show();
  await sender.send(click('e3'));
  assert.equal(requests.length, 2); // waits for company again
  await sender.close();
  assert.deepEqual(service.ids().sort(), ['e1', 'e2', 'e3']);
});

test('a page in the background waits as long as it is told to', async t => {
  const { service, sender, requests, hide } = await inPage(t, (response, request, number) => number === 1 ? json(response, 503, {}, { 'retry-after': '60' }) : accept(response, request));
  hide();
  await sender.send(click('e1'));
  while (service.requests.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
  await new Promise(resolve => setTimeout(resolve, 200)); // the answer comes
  await sender.send(click('e2'));
  await new Promise(resolve => setTimeout(resolve, 20));
  assert.equal(requests.length, 1);

  await sender.close(); // now or never
  assert.deepEqual(service.ids().sort(), ['e1', 'e1', 'e2']);
});

test('a page in the background may be ended without a word: what waits leaves as it goes there', async t => {
  const shown = new EventTarget();
  shown.visibilityState = 'hidden';
  globalThis.document = shown;
  t.after(() => { delete globalThis.document; });
  const { service, sender, requests } = await inPage(t, accept);
  await sender.send(click('e1'));
  shown.dispatchEvent(new Event('visibilitychange'));

  assert.equal(requests.length, 1);
  await sender.close();
  assert.deepEqual(service.ids(), ['e1']);
});

test('a page that goes while it closes sends what is left in requests that outlive it', async t => {
  const { sender, requests, hide } = await inPage(
    t, (response, request) => requests.at(-1).keepalive ? accept(response, request) : json(response, 503, {}),
    { maxBatchEvents: 2, firstWaitMs: 60_000, longestWaitMs: 60_000, closeTimeoutMs: 200 });
  for (const id of ['e1', 'e2', 'e3']) await sender.send(click(id));
  const closing = sender.close();
  await new Promise(resolve => setTimeout(resolve, 50));
  hide();
  await closing;

  assert.deepEqual(requests.filter(request => request.keepalive).flatMap(request => JSON.parse(request.body).map(event => event.eventId)), ['e3', 'e1', 'e2']); // e3 was never sent
});

test('a page that comes back sends again what was not taken', async t => {
  const { service, sender, requests } = await hiddenPage(t, (response, request, number) => number <= 2 ? json(response, 503, {}) : accept(response, request));
  const refused = requests.length;
  assert.equal(refused, 2);
  await sender.close();
  assert.deepEqual(service.ids().slice(10), Array.from({ length: 10 }, (_, i) => `e${i}`));
  assert.equal(sender.counts.delivered, 10);
});

test('a page that comes back sends again what was never answered', { timeout: 10_000 }, async t => {
  const { service, sender, requests, hide } = await inPage(t, (response, request) => { if (!requests.at(-1).keepalive) accept(response, request); }, { attemptTimeoutMs: 500 });
  await sender.send(click('e1'));
  hide();
  await sender.flush();

  assert.deepEqual(service.ids(), ['e1', 'e1']);
  assert.equal(sender.counts.delivered, 1);
});

test('what is refused of a hidden page is told when it comes back', async t => {
  const { sender, failed, hide } = await inPage(t, (response, request) => json(response, 202, {
    results: request.events.map(({ eventId }) => eventId === 'e2' ? { eventId, status: 'rejected', pointer: '/1/rating', reason: 'is out of range' } : { eventId, status: 'accepted' }) }));
  for (const id of ['e1', 'e2', 'e3']) await sender.send(click(id));
  hide();
  await sender.close();

  assert.deepEqual(failed.map(one => [one.event.eventId, one.rejected, one.pointer]), [['e2', true, '/rating']]);
  assert.deepEqual(sender.counts, { delivered: 2, rejected: 1, undelivered: 0 });
});

test('closing ends in time though a page that was hidden twice is never answered', async t => {
  const { sender, failed, hide } = await inPage(t, () => {}, { closeTimeoutMs: 50 });
  await sender.send(click('e1'));
  hide();
  hide();
  await sender.close();

  assert.deepEqual(failed.map(one => one.event.eventId), ['e1']);
});

test('a key goes with every request', async t => {
  const { service, sender } = await withService(t, accept, { key: 'dl_shop' });
  await sender.send(click('e1'));
  await sender.close();
  const recommender = new Recommender({ url: service.url, key: 'dl_shop', fetch: (url, options) => fetch(url, options) });
  await recommender.trending();
  for await (const _ of recommender.followInterests('u1'));

  assert.deepEqual(service.requests.map(request => request.headers.authorization), Array(3).fill('Bearer dl_shop'));
});
