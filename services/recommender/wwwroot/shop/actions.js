// What the shopper does: sent as events, and followed until an answer reflects them.

import * as api from '../shared/api.js';
import { $, element, text } from '../shared/dom.js';
import { duration, percent } from '../shared/format.js';

/** Clocks of two machines and the way between them: an answer that is this much older may still hold the event. */
const SLACK_MS = 50;
const MOST_SHOWN = 6;
const DONE = { click: 'Viewed', 'add-to-cart': 'Put in the cart', purchase: 'Bought', review: 'Reviewed' };

let userId = null;
let isOpen = false; // may the console send events
let pending = []; // sent from here, and not yet seen in an answer
let last = null; // the interests that were seen last

export function shopper(id) {
  [userId, pending, last] = [id, [], null];
  say('', '');
  $('log').replaceChildren();
  text('last-effect', '–');
  allow(isOpen);
}

export function allow(may) {
  isOpen = may;
  document.body.classList.toggle('may-act', allowed()); // buttons that act are shown by the style sheet
}

const allowed = () => isOpen && userId !== null;

/** @param items each with its itemId, title, price, currency, and the attribution token of the answer that showed it, if one did. @returns whether it was accepted. */
export async function act(eventType, items, more = {}) {
  if (!allowed()) return false;
  const action = { since: performance.now(), what: `${DONE[eventType]} ${items.length === 1 ? items[0].title : `${items.length} products`}`, state: element('span', { className: 'quiet' }) };
  pending.push(action);
  log(action);
  tell(action, '', 'sent');
  try {
    await send(eventType, items, more);
    if (pending.includes(action)) tell(action, '', `accepted after ${duration(performance.now() - action.since)}`);
    return true;
  } catch (error) {
    if (pending.includes(action)) tell(action, 'failed', error.message); // else it is another shopper's page by now, or an answer has shown the event
    pending = pending.filter(one => one !== action);
    return false;
  }
}

/** An experiment counts what a shopper was shown. */
export function seen(answer) {
  if (allowed() && answer.experiment !== null && answer.items.length > 0) send('impression', answer.items.map(item => ({ ...item, token: answer.attributionToken })), {}).catch(() => {});
}

/** Tells of every action that the interests reflect. */
export function reflected(interests) {
  const changed = last !== null && interests.sequenceDigest !== last.sequenceDigest;
  const at = interests.stalenessMs === null ? -Infinity : performance.now() - interests.stalenessMs;
  if (changed) {
    for (const action of pending.filter(one => one.since - SLACK_MS <= at)) {
      const took = duration(performance.now() - action.since);
      text('last-effect', took);
      tell(action, 'reflected', `in the answer after ${took}${mostChanged(last, interests)}`);
    }

    pending = pending.filter(one => one.since - SLACK_MS > at);
  }

  last = interests;
}

/** The category whose forecast changed the most. */
function mostChanged(before, after) {
  const was = new Map(before.interests.map(share => [share.category, share.next]));
  const changes = after.interests.map(share => ({ ...share, was: was.get(share.category) ?? 0 })).sort((a, b) => Math.abs(b.next - b.was) - Math.abs(a.next - a.was));
  return changes.length > 0 && percent(changes[0].was) !== percent(changes[0].next) ? `: ${changes[0].category} ${percent(changes[0].was)} to ${percent(changes[0].next)}` : '';
}

function send(eventType, items, more) {
  const now = new Date().toISOString();
  const currency = items.find(item => item.currency)?.currency;
  return api.send({
    eventId: newId(), eventType, userId, eventTime: now, sentAt: now, attributionToken: items[0].token,
    items: items.map(item => ({ itemId: item.itemId, quantity: item.quantity ?? 1, ...(item.price === null ? {} : { price: item.price }) })),
    ...(currency && eventType === 'purchase' ? { currency } : {}), ...more,
  });
}

function newId() { // crypto.randomUUID exists only on https and localhost
  return 'console-' + Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

function log(action) {
  $('log').prepend(element('li', {}, element('span', { textContent: action.what, title: action.what }), action.state));
  while ($('log').childElementCount > MOST_SHOWN) $('log').lastChild.remove();
}

function tell(action, state, message) {
  action.state.textContent = message;
  action.state.dataset.state = state;
  say(state, `${action.what}: ${message}.`);
}

let fading;
function say(state, message) {
  clearTimeout(fading);
  fading = setTimeout(() => text('sent', ''), 8000);
  $('sent').dataset.state = state;
  text('sent', message);
}
