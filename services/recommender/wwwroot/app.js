// The console: one shopper at a time, live.

import * as api from './api.js';
import * as interest from './interest.js';
import * as picks from './picks.js';
import { $, element, text } from './dom.js';
import { duration, moment } from './format.js';

let userId = null;
let stopFollowing = () => {};
let canAct = false;
let attributionToken = null;
let reflectedAt = null; // on the clock of performance.now(): when the newest event behind the answer reached the ingestor
let awaiting = null; // the event sent from here whose effect is not yet seen
let digest = null; // of the sequence behind the answer

function choose(id) {
  if (id === userId) return;
  stopFollowing();
  [userId, attributionToken, reflectedAt, awaiting, digest] = [id, null, null, null, null];
  $('user').value = id;
  history.replaceState(null, '', `#${encodeURIComponent(id)}`);
  document.title = `${id} · Driftline console`;
  interest.forget();
  say('', '');
  markCurrent();
  stopFollowing = api.follow(id, onInterests, onState);
}

function onInterests(interests) {
  if (interests.userId !== userId) return;
  interest.show(interests);
  reflectedAt = interests.stalenessMs === null ? null : performance.now() - interests.stalenessMs;
  text('as-of', moment(interests.asOf));
  text('computed', moment(interests.computedAt));
  text('length', interests.known ? String(interests.sequenceLength) : '–');
  text('model', interests.modelVersion ?? '–');
  tick();
  if (awaiting && reflectedAt !== null && reflectedAt >= awaiting.since - 50 && interests.sequenceDigest !== awaiting.digest) {
    say('reflected', `${awaiting.what}: reflected in ${duration(performance.now() - awaiting.since)}.`);
    awaiting = null;
  }

  digest = interests.sequenceDigest;
  recommend();
}

async function recommend() {
  const id = userId;
  try {
    const answer = await api.recommendations(id);
    if (id !== userId) return;
    attributionToken = answer.attributionToken;
    picks.show(answer, canAct ? act : null);
  } catch (error) {
    if (id === userId) { $('why-not').hidden = false; text('why-not', `No recommendations: ${error.message}`); }
  }
}

async function act(eventType, item) {
  const since = performance.now();
  const now = new Date().toISOString();
  const what = `${eventType === 'purchase' ? 'Bought' : 'Viewed'} ${item.title}`;
  awaiting = { since, what, digest };
  say('', `${what} …`);
  try {
    await api.send({
      eventId: newId(), eventType, userId, eventTime: now, sentAt: now, attributionToken,
      items: [{ itemId: item.itemId, quantity: 1, ...(item.price === null ? {} : { price: item.price }) }],
      ...(item.currency && eventType === 'purchase' ? { currency: item.currency } : {}),
    });
    if (awaiting?.since === since) say('', `${what}: accepted after ${duration(performance.now() - since)}.`);
  } catch (error) {
    awaiting = null;
    say('failed', `${what}: ${error.message}`);
  }
}

function newId() { // crypto.randomUUID exists only on https and localhost
  return 'console-' + Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

let fading;
function say(state, message) {
  clearTimeout(fading);
  fading = setTimeout(() => text('sent', ''), 8000);
  $('sent').dataset.state = state;
  text('sent', message);
}

function onState(state) {
  $('live').dataset.state = state;
  text('live', state === 'live' ? 'live' : 'connection lost, trying again');
}

function tick() {
  text('staleness', reflectedAt === null ? '–' : duration(performance.now() - reflectedAt));
}

async function refreshRecent() {
  if ($('recent').matches(':hover, :focus-within')) return; // nothing moves under a pointer
  try {
    const { users } = await api.recentUsers();
    const shown = users.map(user => user.userId);
    const list = $('recent');
    if (shown.length === 0 && list.childElementCount === 0) list.append(element('li', { className: 'quiet', textContent: 'none yet: they appear as events arrive' }));
    if (shown.length > 0 && shown.join('\n') !== list.dataset.shown) {
      list.dataset.shown = shown.join('\n');
      list.replaceChildren(...shown.map(id => {
        const button = element('button', { type: 'button', textContent: id, title: id });
        button.dataset.user = id;
        button.addEventListener('click', () => choose(id));
        return element('li', {}, button);
      }));
      markCurrent();
    }

    if (userId === null && shown.length > 0) choose(shown[0]);
  } catch { /* the service is away; the live sign says so */ }
}

function markCurrent() {
  for (const button of $('recent').querySelectorAll('button')) button.setAttribute('aria-current', String(button.dataset.user === userId));
}

async function refreshAbout() {
  try {
    const about = await api.about();
    $('label').hidden = about.dataLabel === null;
    text('label', about.dataLabel ?? '');
    const could = canAct;
    canAct = about.ingestorUrl !== null;
    $('act').hidden = !canAct;
    const vectors = about.itemVectors[about.modelVersion] ?? 0;
    text('catalog', `${about.catalogItems.toLocaleString()} items, ${vectors.toLocaleString()} with vectors`);
    if (canAct && !could) findItems();
  } catch { /* the service is away */ }
}

let finding = 0;
async function findItems() {
  const mine = ++finding;
  try {
    const { items } = await api.items($('query').value.trim());
    if (mine !== finding) return;
    $('found').replaceChildren(...items.map(item => element('li', {},
      element('span', {}, item.title, ' ', element('span', { className: 'meta', textContent: item.categories[0] ?? '' })), picks.buttons(item, act))));
    if (items.length === 0) $('found').append(element('li', { className: 'quiet', textContent: 'No item has that in its title or id.' }));
  } catch { /* typed again, or away */ }
}

$('find').addEventListener('submit', event => {
  event.preventDefault();
  const id = $('user').value.trim();
  if (id) choose(id);
});
$('query').addEventListener('input', findItems);
window.addEventListener('hashchange', fromAddress);
window.addEventListener('pagehide', () => stopFollowing()); // a page kept for the Back button would keep its stream open
window.addEventListener('pageshow', event => { if (event.persisted && userId !== null) stopFollowing = api.follow(userId, onInterests, onState); });

function fromAddress() {
  try {
    const id = decodeURIComponent(location.hash.slice(1));
    if (id && id !== 'main') choose(id);
  } catch { /* not a percent-encoded id */ }
}

await refreshAbout();
fromAddress();
await refreshRecent();
setInterval(refreshRecent, 4000);
setInterval(refreshAbout, 10_000);
setInterval(tick, 250);
