// The overview dashboard's charts, from the same queries.

import { sign } from '../shared/frame.js';
import * as api from '../shared/api.js';
import { $, element, text } from '../shared/dom.js';
import { latest } from '../shared/latest.js';
import { chart } from './chart.js';

const panels = await api.panels();
const cards = panels.map((panel, index) => {
  const body = element('div', { className: 'chart' });
  const card = element('section', { className: 'card', ariaLabel: panel.title }, element('header', {}, element('h3', { textContent: panel.title })), body,
    element('p', { className: 'quiet small', textContent: panel.description }));
  return { panel, index, body, card };
});
for (const [row, of] of Map.groupBy(cards, ({ panel }) => panel.row))
  $('panels').append(element('section', { ariaLabel: row }, element('h2', { textContent: row }), element('div', { className: 'grid' }, ...of.map(({ card }) => card))));

const answers = latest();

function refresh() {
  const minutes = Number($('minutes').value);
  return answers.ask(minutes, async () => {
    const [one, ...others] = cards; // one goes ahead: without a Prometheus it alone fails
    return [await api.series(one.index, minutes), ...await Promise.all(others.map(({ index }) => api.series(index, minutes)))];
  }, series => {
    const end = Date.now() / 1000;
    const ran = series.flat().filter(one => one.points.some(point => point[1] > 0)); // a constant nothing has no age
    const oldest = Math.min(end - 60, ...ran.map(one => one.points[0][0])); // what is younger than the time asked for is not squeezed into its edge
    cards.forEach(({ panel, body }, i) => body.replaceChildren(...chart(panel, series[i], Math.max(oldest, end - 60 * minutes), end)));
    $('trouble').hidden = true;
    $('panels').hidden = false;
    sign('live', 'live'); // a screen reader tells what changes there
  }, error => {
    $('trouble').hidden = false;
    $('panels').hidden = true;
    text('why', error.message);
    sign('lost', 'no figures');
  });
}

$('minutes').addEventListener('change', refresh);
await refresh();
setInterval(refresh, 10_000);
