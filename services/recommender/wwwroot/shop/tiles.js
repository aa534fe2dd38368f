// A product as the shop shows it.

import { button, element, shape } from '../shared/dom.js';
import { money } from '../shared/format.js';
import { hash, hue, tint } from '../shared/hue.js';
import { act } from './actions.js';
import * as cart from './cart.js';
import * as product from './product.js';

/** The catalogue has no pictures: a pattern in the hue of the category, the item's own by its id. */
export function art(item) {
  const seed = hash(item.itemId);
  const pick = (place, most) => (seed >>> place) % most;
  const svg = shape('svg', { class: 'art', viewBox: '0 0 120 80', preserveAspectRatio: 'xMidYMid slice', 'aria-hidden': 'true' },
    shape('rect', { class: 'a0', width: 120, height: 80 }),
    shape('circle', { class: 'a1', cx: 20 + pick(0, 80), cy: 10 + pick(5, 60), r: 26 + pick(9, 18) }),
    shape('rect', { class: 'a2', x: pick(13, 70), y: 20 + pick(17, 30), width: 34 + pick(3, 24), height: 34 + pick(7, 24), rx: 4 + pick(11, 18), transform: `rotate(${pick(15, 60) - 30} 60 40)` }),
    shape('circle', { class: 'a3', cx: 15 + pick(21, 90), cy: 12 + pick(25, 56), r: 5 + pick(19, 9) }));
  return tint(svg, hue(categoryOf(item) ?? item.itemId));
}

export const categoryOf = item => item.category ?? item.categories?.[0] ?? null;

/** @param item with the token of the answer that shows it @param note why it is here */
export function tile(item, note = null) {
  const open = button(item.title, () => {
    act('click', [item]);
    product.open(item, open);
  }, { className: 'open' });
  const add = button('Add', () => cart.add(item), { className: 'slight add', ariaLabel: `Add to the cart: ${item.title}` });
  return element('li', { className: 'tile' }, art(item),
    element('div', { className: 'about' },
      element('h3', {}, open),
      element('p', { className: 'quiet small', textContent: note ?? categoryOf(item) ?? '' }),
      element('p', { className: 'pay' }, element('span', { textContent: money(item.price, item.currency) }), item.available === false ? element('span', { className: 'quiet small', textContent: 'not for sale' }) : add)));
}
