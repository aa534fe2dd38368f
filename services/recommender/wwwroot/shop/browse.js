// The catalogue, by text and category.

import * as api from '../shared/api.js';
import { $, element, text } from '../shared/dom.js';
import { latest } from '../shared/latest.js';
import { tile } from './tiles.js';

const PAGE = 12, MOST = 96;

const answers = latest();
let count = PAGE;
let known = -1; // items that the catalogue held when it was last looked at

/** Looks again when the catalogue has grown or shrunk. */
export async function catalogue(items) {
  if (items === known) return;
  known = items;
  if (!$('found').contains(document.activeElement)) find(); // nothing is taken from under a shopper
  try {
    const chosen = $('category').value;
    const { categories } = await api.categories();
    $('category').replaceChildren($('category').options[0], ...categories.map(({ name, items: held }) => element('option', { value: name, textContent: `${name} (${held})` })));
    $('category').value = categories.some(category => category.name === chosen) ? chosen : '';
  } catch {
    known = -1;
  }
}

export function category(name) {
  $('query').value = '';
  $('category').value = name;
  count = PAGE;
  find();
  $('browse-title').focus();
  $('browse-title').scrollIntoView({ block: 'start' });
}

function find() {
  const wanted = { query: $('query').value.trim(), category: $('category').value, count };
  answers.ask(JSON.stringify(wanted), () => api.items(wanted), ({ items }) => {
    $('found').replaceChildren(...items.map(item => tile(item)));
    const last = items.length < count || count >= MOST;
    if (last && document.activeElement === $('more')) $('browse-title').focus(); // a button that goes takes no focus with it
    $('more').hidden = last;
    nothing(items.length > 0 ? null : known > 0 ? 'No product has that in its title or id. Try fewer letters or another category.'
      : 'The catalogue is empty. Products appear as they are sent to the ingestor’s PUT /v1/items.');
  }, error => nothing(error.message));
}

function nothing(message) {
  $('nothing').hidden = message === null;
  text('nothing', message ?? '');
}

const anew = () => { count = PAGE; find(); };
$('search').addEventListener('submit', event => { event.preventDefault(); anew(); });
$('query').addEventListener('input', anew);
$('category').addEventListener('change', anew);
$('more').addEventListener('click', () => { count = Math.min(MOST, count + PAGE); find(); });
