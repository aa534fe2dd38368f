// The events that are held of a shopper, newest first.

import * as api from '../shared/api.js';
import { $, element, table, text } from '../shared/dom.js';
import { clock, moment } from '../shared/format.js';

const MOST = 60;
const DONE = { click: 'viewed', 'add-to-cart': 'put in the cart', purchase: 'bought', review: 'reviewed' };

const found = new Map(); // item id -> item of the catalogue, or null

const newest = sequence => sequence.toReversed().slice(0, MOST);

export function show({ sequence, purchases }) {
  const events = newest(sequence);
  text('events', `${sequence.length} events held${sequence.length > MOST ? `, the newest ${MOST} shown` : ''}, ${purchases.length} products bought`);
  const now = new Date().toISOString();
  $('history').replaceChildren(events.length === 0 ? element('p', { className: 'empty', textContent: 'No event is held.' })
    : table('Newest first', ['When', 'What', 'Product', 'Category'], events.map(event => [
      element('span', { textContent: clock(event.eventTime, now), title: moment(event.eventTime) }), what(event),
      element('span', { textContent: found.get(event.itemId)?.title ?? event.itemId, title: event.itemId }), found.get(event.itemId)?.categories[0] ?? '–']), { className: 'data history' }));
}

function what({ eventType, weight }) {
  const done = DONE[eventType] ?? eventType;
  if (eventType !== 'review') return weight > 1 ? `${done}, ${weight} pieces` : done;
  return element('span', {}, `${done}: `, element('span', { role: 'img', ariaLabel: `${weight} of 5`, textContent: '★'.repeat(weight) + '☆'.repeat(Math.max(0, 5 - weight)) }));
}

/** Looks up what the events name, to be shown then; what cannot be looked up is shown by its id. */
export async function find({ sequence }) {
  const ids = newest(sequence).map(event => event.itemId).filter(id => !found.has(id));
  for (let i = 0; i < ids.length; i += 50) {
    const some = [...new Set(ids.slice(i, i + 50))];
    const { items } = await api.items({ id: some, count: 50 }).catch(() => ({ items: null }));
    if (items === null) return;
    for (const id of some) found.set(id, items.find(item => item.itemId === id) ?? null);
  }
}
