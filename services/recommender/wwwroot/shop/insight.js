// What Driftline makes of the shopper: how fresh, interest now and next, drift, and what the answer rests on.

import { $, element, text } from '../shared/dom.js';
import { duration, moment } from '../shared/format.js';
import { bars, drift } from '../shared/interest.js';

const MOST_CATEGORIES = 8;
const FACTS = [['as-of', 'Newest event'], ['computed', 'Computed'], ['length', 'Events in the sequence'], ['model', 'Model'], ['catalogue', 'Catalogue']];

const [shares, movement] = [bars(MOST_CATEGORIES), drift()];
const unknown = element('p', { className: 'empty', hidden: true, textContent: 'Nothing is known of this shopper yet. Open a product: the picture appears a moment later.' });
const known = element('div', { className: 'parts', hidden: true }, element('section', {}, element('h3', { textContent: 'Interest' }), shares.node), movement.node);
let reflectedAt = null; // on the clock of performance.now(): when the newest event behind the answer reached the ingestor

$('insight').append(
  element('header', {}, element('h2', { id: 'insight-title', textContent: 'What Driftline sees' })),
  element('dl', { className: 'fresh' },
    element('div', {}, element('dt', { textContent: 'Last action to answer' }), element('dd', { id: 'last-effect', textContent: '–' })),
    element('div', {}, element('dt', { textContent: 'Staleness', title: 'The time since the newest event behind this answer reached the ingestor' }), element('dd', { id: 'staleness', textContent: '–' }))),
  unknown, known,
  element('section', {}, element('h3', { textContent: 'Actions from here' }), element('ol', { id: 'log', className: 'log' })),
  element('details', {}, element('summary', { textContent: 'What the answer rests on' }),
    element('dl', { className: 'facts' }, ...FACTS.map(([id, name]) => element('div', {}, element('dt', { textContent: name }), element('dd', { id, textContent: '–' }))))));

export function forget() {
  reflectedAt = null;
  unknown.hidden = known.hidden = true;
  for (const id of ['as-of', 'computed', 'length', 'model']) text(id, '–');
}

export function show(interests) {
  unknown.hidden = interests.known;
  known.hidden = !interests.known;
  shares.show(interests);
  movement.show(interests);
  reflectedAt = interests.stalenessMs === null ? null : performance.now() - interests.stalenessMs;
  text('as-of', moment(interests.asOf));
  text('computed', moment(interests.computedAt));
  text('length', interests.known ? String(interests.sequenceLength) : '–');
  text('model', interests.modelVersion ?? '–');
  tick();
}

export function about({ modelVersion, itemVectors, catalogItems }) {
  text('catalogue', `${catalogItems.toLocaleString()} items, ${(itemVectors[modelVersion] ?? 0).toLocaleString()} with vectors`);
}

function tick() {
  text('staleness', reflectedAt === null ? '–' : duration(performance.now() - reflectedAt));
}

setInterval(tick, 250);
