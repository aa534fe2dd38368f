// A user's interest: paired bars, drift, rising and falling.

import { $, element, text } from './dom.js';
import { percent, points } from './format.js';

const MOST_CATEGORIES = 10;
const rows = new Map(); // category -> row, kept so that bars move instead of jumping

export function show(interests) {
  const shown = [...interests.interests]
    .sort((a, b) => Math.max(b.next, b.current) - Math.max(a.next, a.current) || a.category.localeCompare(b.category))
    .slice(0, MOST_CATEGORIES)
    .sort((a, b) => b.next - a.next || a.category.localeCompare(b.category));
  $('unknown').hidden = interests.known;
  $('bars').hidden = $('movement').hidden = !interests.known;
  if (!interests.known) $('unknown').textContent = `Nothing is known of “${interests.userId}” yet. The picture appears moments after the first click, cart, purchase or review.`;
  bars(shown);
  const rest = interests.interests.length - shown.length;
  text('rest', rest > 0 ? `and ${rest} smaller ${rest === 1 ? 'category' : 'categories'}` : '');
  text('drift', interests.known ? interests.drift.toFixed(3) : '–');
  $('gauge').style.width = `${Math.min(1, interests.drift) * 100}%`;
  text('kind', interests.driftKind && interests.driftKind !== 'unknown' ? interests.driftKind : '');
  shifts('rising', interests.rising);
  shifts('falling', interests.falling);
}

export const forget = () => { rows.clear(); $('bars').tBodies[0].replaceChildren(); };

function bars(shown) {
  const body = $('bars').tBodies[0];
  const widest = Math.max(0.01, ...shown.flatMap(share => [share.current, share.next]));
  for (const [category, row] of rows) {
    if (shown.some(share => share.category === category)) continue;
    row.remove();
    rows.delete(category);
  }

  shown.forEach((share, index) => {
    if (!rows.has(share.category)) rows.set(share.category, newRow(share.category));
    const row = rows.get(share.category);
    const [now, next] = row.querySelectorAll('i');
    now.style.width = `${share.current / widest * 100}%`;
    next.style.width = `${share.next / widest * 100}%`;
    row.cells[2].textContent = percent(share.current);
    row.cells[3].textContent = percent(share.next);
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
}

function newRow(category) {
  const pair = element('div', { className: 'pair' }, element('i', { className: 'now' }), element('i', { className: 'next' }));
  pair.setAttribute('aria-hidden', 'true');
  return element('tr', {},
    element('th', { scope: 'row', title: category, textContent: category }), element('td', {}, pair),
    element('td', { className: 'number then' }), element('td', { className: 'number soon' }));
}

export function shifts(id, list, most = 4) {
  const shown = list.slice(0, most).map(shift => element('li', {},
    element('span', { textContent: shift.category, title: shift.category }), element('b', { textContent: points(shift.delta) })));
  $(id).replaceChildren(...(shown.length > 0 ? shown : [element('li', { className: 'none', textContent: 'nothing' })]));
}
