// Recommendations with their reasons.

import { $, element, text } from './dom.js';
import { money } from './format.js';

const LABELS = { model: 'from the model', similar: 'similar', trending: 'trending', latest: 'latest' };

/** Where the items came from; with numbers only where they came from more than one place. */
function sources(items) {
  const counts = Object.entries(LABELS).map(([source, label]) => [items.filter(item => item.source === source).length, label]).filter(([count]) => count > 0);
  return counts.map(([count, label]) => counts.length === 1 ? label : `${count} ${label}`).join(', ');
}

export function show(answer, act) {
  text('source', sources(answer.items));
  $('why-not').hidden = answer.reason === null;
  text('why-not', answer.reason === null ? '' : `Not personal: ${answer.reason}.`);
  $('picks').replaceChildren(...answer.items.map(item => element('li', {},
    element('span', { className: 'title', textContent: item.title }),
    element('span', { className: 'price', textContent: money(item.price, item.currency) }),
    element('span', { className: 'meta', textContent: why(item) }),
    act ? buttons(item, act) : null)));
  if (answer.items.length === 0) $('picks').append(element('li', { className: 'quiet', textContent: 'No item to show yet: the catalogue or the events have not arrived.' }));
}

/** The category leads where the reason does not name it. */
const why = item => [item.category && !item.reasons.some(reason => reason.includes(item.category)) ? item.category : null, ...item.reasons]
  .filter(part => part !== null).join(' · ');

/** The buttons that act on an item as the shopper. */
export function buttons(item, act) {
  const button = (label, type) => {
    const made = element('button', { type: 'button', className: 'slight', textContent: label });
    made.setAttribute('aria-label', `${label}: ${item.title}`);
    made.addEventListener('click', () => act(type, item));
    return made;
  };
  return element('span', { className: 'doing' }, button('View', 'click'), button('Buy', 'purchase'));
}
