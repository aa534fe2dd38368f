// Recommendations with their reasons; what is new among them says so.

import * as api from '../shared/api.js';
import { $, element, text } from '../shared/dom.js';
import { latest } from '../shared/latest.js';
import { seen } from './actions.js';
import { tile } from './tiles.js';

const COUNT = 8;
const LABELS = { model: 'from the model', similar: 'similar', trending: 'trending', latest: 'latest', exploration: 'explored' };

const answers = latest();
let before = null; // ids that were shown last; null at first
let reasons = ''; // of those

export function forget() {
  answers.forget(); // what is under way is another shopper's
  before = null;
  $('picks').replaceChildren();
  text('source', '');
  reason(null);
}

export const refresh = userId => answers.ask(userId, () => api.recommendations(userId, COUNT), show, error => reason(`No recommendations: ${error.message}`));

function show(answer) {
  const shown = answer.items.map(item => item.itemId);
  text('source', sources(answer.items));
  reason(answer.reason === null ? null : `Not personal: ${answer.reason}.`);
  const because = answer.items.map(why).join('\n');
  if (before?.join('\n') === shown.join('\n') && because === reasons) return; // nothing moves under a pointer without need
  const focused = focusIn();
  $('picks').replaceChildren(...answer.items.map(item => {
    const made = tile({ ...item, token: answer.attributionToken }, why(item));
    if (before !== null && !before.includes(item.itemId)) {
      made.classList.add('new');
      made.querySelector('.about').prepend(element('span', { className: 'badge', textContent: 'new' }));
    }

    made.dataset.item = item.itemId;
    return made;
  }));
  if (focused !== null) refocus(focused);
  if (shown.length === 0) reason('No item to show yet: the catalogue or the events have not arrived.');
  [before, reasons] = [shown, because];
  seen(answer);
}

/** Which item's which button has the focus; null where none has. */
function focusIn() {
  const tile = $('picks').contains(document.activeElement) ? document.activeElement.closest('.tile') : null;
  return tile && { item: tile.dataset.item, button: [...tile.querySelectorAll('button')].indexOf(document.activeElement) };
}

/** The same item's button, or where the item has gone, the list's heading. */
function refocus({ item, button }) {
  const tile = [...$('picks').children].find(one => one.dataset.item === item);
  (tile?.querySelectorAll('button')[button] ?? $('picks-title')).focus();
}

function reason(message) {
  $('why-not').hidden = message === null;
  text('why-not', message ?? '');
}

/** Where the items came from; with numbers only where they came from more than one place. */
function sources(items) {
  const counts = Map.groupBy(items, item => item.source);
  return [...counts].map(([source, of]) => counts.size === 1 ? LABELS[source] ?? source : `${of.length} ${LABELS[source] ?? source}`).join(', ');
}

/** The category leads where the reason does not name it. */
const why = item => [item.category && !item.reasons.some(reason => reason.includes(item.category)) ? item.category : null, ...item.reasons]
  .filter(part => part !== null).join(' · ');
