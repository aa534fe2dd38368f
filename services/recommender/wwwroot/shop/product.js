// A product's own page within the shop: buy it, review it, see what is like it.

import * as api from '../shared/api.js';
import { $, button, element } from '../shared/dom.js';
import { money } from '../shared/format.js';
import { act } from './actions.js';
import * as browse from './browse.js';
import * as cart from './cart.js';
import { art, categoryOf, tile } from './tiles.js';

const SIMILAR = 4;

let shown = null;
let opener = null; // where the focus was

export function open(item, from) {
  shown = item;
  if (!$('product').contains(from)) opener = from;
  const category = categoryOf(item);
  $('product').replaceChildren(
    element('header', {}, button('← Back to the shop', back, { className: 'slight' }),
      category === null ? '' : button(`More of ${category}`, () => { close(); browse.category(category); }, { className: 'slight' })),
    element('div', { className: 'detail' }, art(item),
      element('div', {},
        element('h2', { id: 'product-title', tabIndex: -1, textContent: item.title }),
        element('p', { className: 'quiet', textContent: [...new Set([category, ...(item.categories ?? [])])].filter(Boolean).join(' · ') }),
        element('p', { className: 'price', textContent: money(item.price, item.currency) }),
        item.available === false ? element('p', { className: 'quiet', textContent: 'not for sale' })
          : element('p', { className: 'doing' }, button('Buy now', () => act('purchase', [item]), { className: 'main' }), button('Add to the cart', () => cart.add(item))),
        review(item))),
    element('h3', { textContent: 'Similar products' }), element('p', { className: 'empty', textContent: 'Looking …' }));
  $('product').hidden = false;
  $('product-title').focus({ preventScroll: true });
  $('product').scrollIntoView({ block: 'nearest' });
  showSimilar(item);
}

export function close() {
  shown = null;
  $('product').hidden = true;
}

function back() {
  close();
  (opener?.isConnected ? opener : $('picks-title')).focus();
}

async function showSimilar(item) {
  let place;
  try {
    const answer = await api.similar(item.itemId, SIMILAR);
    place = answer.items.length > 0 ? element('ul', { className: 'tiles' }, ...answer.items.map(one => tile({ ...one, token: answer.attributionToken }, answer.reason ?? categoryOf(one))))
      : element('p', { className: 'empty', textContent: `None: ${answer.reason ?? 'the catalogue has no other'}.` });
  } catch (error) {
    place = element('p', { className: 'empty', textContent: error.message });
  }

  if (shown === item) $('product').lastChild.replaceWith(place);
}

function review(item) {
  const stars = [1, 2, 3, 4, 5].map(value => element('label', { title: `${value} of 5` },
    element('input', { type: 'radio', name: 'rating', value, required: true }),
    element('span', { ariaHidden: 'true', textContent: '★' }), element('span', { className: 'hidden', textContent: value === 1 ? '1 star' : `${value} stars` })));
  const words = element('textarea', { id: 'review-text', rows: 2, maxLength: 2000, placeholder: 'What was it like? (optional)' });
  const form = element('form', { className: 'review' },
    element('fieldset', { className: 'stars' }, element('legend', { textContent: 'Review it' }), ...stars),
    element('label', { htmlFor: 'review-text', className: 'hidden', textContent: 'Review' }), words, element('button', { textContent: 'Send review' }));
  form.addEventListener('submit', event => {
    event.preventDefault();
    const rating = Number(new FormData(form).get('rating'));
    act('review', [item], { rating, ...(words.value.trim() ? { reviewText: words.value.trim() } : {}) });
    form.reset();
  });
  return form;
}

document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && shown !== null) back();
});
