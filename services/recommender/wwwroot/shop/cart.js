// The shopper's cart. It lives in this tab; what Driftline hears of it are the events.

import { $, button, element } from '../shared/dom.js';
import { money } from '../shared/format.js';
import { act } from './actions.js';

let key = null;
const read = () => JSON.parse(sessionStorage.getItem(key) ?? '[]');

function write(items) {
  sessionStorage.setItem(key, JSON.stringify(items));
  draw(items);
}

export function show(userId) {
  key = `cart:${userId}`;
  $('cart').open = false;
  draw(read());
}

export function add(item) {
  act('add-to-cart', [item]);
  const items = read();
  const same = items.find(one => one.itemId === item.itemId);
  if (same) same.quantity++;
  else items.push({ itemId: item.itemId, title: item.title, price: item.price, currency: item.currency, token: item.token, quantity: 1 });
  write(items);
}

async function buy() {
  const [cart, items] = [key, read()];
  write([]);
  $('cart').open = false;
  $('cart').querySelector('summary').focus();
  if (await act('purchase', items)) return;
  const added = JSON.parse(sessionStorage.getItem(cart) ?? '[]'); // meanwhile
  const back = [...items.map(item => ({ ...item, quantity: item.quantity + (added.find(one => one.itemId === item.itemId)?.quantity ?? 0) })), ...added.filter(one => !items.some(item => item.itemId === one.itemId))];
  if (cart === key) write(back);
  else sessionStorage.setItem(cart, JSON.stringify(back));
}

$('cart').addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !$('cart').open) return;
  event.stopPropagation(); // it closes the cart, and not the product behind it
  $('cart').open = false;
  $('cart').querySelector('summary').focus();
});

function draw(items) {
  const pieces = items.reduce((sum, item) => sum + item.quantity, 0);
  const total = items.reduce((sum, item) => sum + item.quantity * (item.price ?? 0), 0);
  $('cart').replaceChildren(
    element('summary', { textContent: pieces === 0 ? 'Cart' : `Cart (${pieces})` }),
    element('div', { className: 'card' },
      element('ul', {}, ...items.map(item => element('li', {},
        element('span', { textContent: item.quantity > 1 ? `${item.quantity} × ${item.title}` : item.title }),
        element('span', { textContent: money(item.price === null ? null : item.price * item.quantity, item.currency) }),
        button('Remove', () => {
          write(read().filter(one => one.itemId !== item.itemId));
          $('cart').querySelector('summary').focus();
        }, { className: 'slight', ariaLabel: `Remove: ${item.title}` })))),
      pieces === 0 ? element('p', { className: 'quiet', textContent: 'Nothing yet. Add products, then buy them together.' })
        : button(`Buy for ${money(total, items[0].currency)}`, buy, { className: 'main' })));
}
