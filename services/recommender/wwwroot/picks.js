// Recommendations with their reasons.

import { $, element, text } from './dom.js';
import { money } from './format.js';

export function show(answer, act) {
  const model = answer.items.filter(item => item.source === 'model').length;
  text('source', answer.items.length === 0 ? '' : model === answer.items.length ? 'from the model' : model === 0 ? 'trending' : `${model} from the model, ${answer.items.length - model} trending`);
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
