// A user's interest: paired bars of now (h_t) and next (h_{t+1}), and drift with what rises and falls.

import { element } from './dom.js';
import { percent, points } from './format.js';
import { hue, tint } from './hue.js';

/** @returns {{node: Element, show: (interests) => void}} */
export function bars(most) {
  const rows = new Map(); // category -> row, kept so that bars move instead of jumping
  const body = element('tbody');
  const rest = element('p', { className: 'quiet small' });
  const node = element('div', { className: 'interest' },
    element('table', { className: 'bars' },
      element('caption', { className: 'hidden', textContent: 'Share of interest for each category, now and predicted' }),
      element('thead', {}, element('tr', {},
        element('th', { scope: 'col', className: 'name' }, element('span', { className: 'hidden', textContent: 'Category' })),
        element('th', { scope: 'col' }, element('span', { className: 'hidden', textContent: 'Bars' })),
        element('th', { scope: 'col', className: 'number then', title: 'h_t: observed', textContent: 'now' }),
        element('th', { scope: 'col', className: 'number soon', title: 'h_{t+1}: predicted', textContent: 'next' }))),
      body),
    rest);

  function show({ interests }) {
    const shown = [...interests]
      .sort((a, b) => Math.max(b.next, b.current) - Math.max(a.next, a.current) || a.category.localeCompare(b.category))
      .slice(0, most)
      .sort((a, b) => b.next - a.next || a.category.localeCompare(b.category));
    const widest = Math.max(0.01, ...shown.flatMap(share => [share.current, share.next]));
    for (const [category, row] of rows) {
      if (shown.some(share => share.category === category)) continue;
      row.remove();
      rows.delete(category);
    }

    shown.forEach((share, index) => {
      if (!rows.has(share.category)) rows.set(share.category, newRow(share.category));
      const row = rows.get(share.category);
      const [now, next] = row.querySelectorAll('.pair i');
      now.style.width = `${share.current / widest * 100}%`;
      next.style.width = `${share.next / widest * 100}%`;
      row.cells[2].textContent = percent(share.current);
      row.cells[3].textContent = percent(share.next);
      if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
    });
    const left = interests.length - shown.length;
    rest.textContent = left > 0 ? `and ${left} smaller ${left === 1 ? 'category' : 'categories'}` : '';
  }

  return { node, show };
}

function newRow(category) {
  return element('tr', {},
    element('th', { scope: 'row', className: 'name', title: category }, tint(element('i', { className: 'dot' }), hue(category)), category),
    element('td', {}, element('div', { className: 'pair', ariaHidden: 'true' }, element('i', { className: 'now' }), element('i', { className: 'next' }))),
    element('td', { className: 'number then' }), element('td', { className: 'number soon' }));
}

/** @returns {{node: Element, show: (interests) => void}} */
export function drift() {
  const figure = element('b', { className: 'figure' });
  const fill = element('i');
  const kind = element('span');
  const [rising, falling] = [element('ul', { className: 'shift up' }), element('ul', { className: 'shift down' })];
  const node = element('div', { className: 'drift' },
    element('header', {}, element('h3', { textContent: 'Drift' }), figure),
    element('div', { className: 'gauge', ariaHidden: 'true' }, fill),
    element('p', { className: 'scale quiet small' }, element('span', { textContent: 'unchanged' }), kind, element('span', { textContent: 'all new' })),
    element('div', { className: 'shifts' },
      element('div', {}, element('h4', { textContent: 'Rising' }), rising), element('div', {}, element('h4', { textContent: 'Falling' }), falling)));
  return {
    node,
    show(interests) {
      figure.textContent = interests.known ? interests.drift.toFixed(3) : '–';
      fill.style.width = `${Math.min(1, interests.drift) * 100}%`;
      kind.textContent = interests.driftKind && interests.driftKind !== 'unknown' ? interests.driftKind : '';
      rising.replaceChildren(...shifts(interests.rising, 4));
      falling.replaceChildren(...shifts(interests.falling, 4));
    },
  };
}

/** List entries for what rises or falls. */
const shifts = (list, most) => list.length === 0 ? [element('li', { className: 'none', textContent: 'nothing' })]
  : list.slice(0, most).map(shift => element('li', {}, element('span', { textContent: shift.category, title: shift.category }), element('b', { textContent: points(shift.delta) })));
