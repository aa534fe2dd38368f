// The overview dashboard's charts, from the same queries, for whoever has no Grafana at hand.

import * as api from './api.js';
import { $, element, text } from './dom.js';
import { duration, moment } from './format.js';

const WIDTH = 360, HEIGHT = 120;
const units = {
  s: value => duration(value * 1000),
  eps: value => `${short(value)}/s`,
  reqps: value => `${short(value)}/s`,
};

const short = value => Math.abs(value) >= 1000 ? `${(value / 1000).toPrecision(3)}k` : Number(value.toPrecision(3)).toString();
const figure = (unit, value) => (units[unit] ?? short)(value);

const panels = await api.panels();
const cards = panels.map((panel, index) => {
  const body = element('div', { className: 'chart' });
  const card = element('section', { className: 'card' }, element('header', {}, element('h3', { textContent: panel.title })), body,
    element('p', { className: 'quiet small', textContent: panel.description }));
  card.setAttribute('aria-label', panel.title);
  return { panel, index, body, card };
});
for (const row of new Set(panels.map(panel => panel.row)))
  $('main').append(element('h2', { textContent: row }), element('div', { className: 'grid' }, ...cards.filter(({ panel }) => panel.row === row).map(({ card }) => card)));

async function refresh() {
  const minutes = Number($('minutes').value);
  try {
    const answers = await Promise.all(cards.map(({ index }) => api.series(index, minutes)));
    cards.forEach(({ panel, body }, i) => draw(body, panel, answers[i], minutes));
    $('live').dataset.state = 'live';
    text('live', moment(new Date().toISOString()));
  } catch (error) {
    $('live').dataset.state = 'lost';
    text('live', error.message);
  }
}

function draw(body, panel, series, minutes) {
  if (series.length === 0) {
    body.replaceChildren(element('p', { className: 'empty', textContent: 'No data in this time.' }));
    return;
  }

  const end = Date.now() / 1000, start = end - 60 * minutes;
  const values = series.flatMap(one => one.points.map(point => point[1]));
  // A bound is drawn where the values come near it; a far one would flatten them.
  const most = Math.max(...values);
  const bounds = [['warn', panel.warn], ['bad', panel.bad]].filter(([, value]) => value !== null && value <= 2 * most);
  const largest = Math.max(most, ...bounds.map(([, value]) => value));
  const top = (largest || 1) * 1.08;
  const x = at => WIDTH * (at - start) / (end - start);
  const y = value => HEIGHT - HEIGHT * Math.max(0, value) / top;
  const chart = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${panel.title}: at most ${figure(panel.unit, most)}` });
  for (const [name, value] of bounds) chart.append(shape('line', { class: `bound ${name}`, x1: 0, x2: WIDTH, y1: y(value), y2: y(value) }));
  series.forEach((one, i) => chart.append(shape('polyline', { class: `line c${i % 6}`, points: one.points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ') })));
  body.replaceChildren(element('p', { className: 'quiet small', textContent: figure(panel.unit, largest) }), chart,
    element('ul', { className: 'series' }, ...series.map((one, i) => {
      const last = one.points.at(-1)[1];
      const value = element('b', { textContent: figure(panel.unit, last) });
      if (panel.bad !== null && last >= panel.bad) value.className = 'bad';
      return element('li', {}, element('i', { className: `swatch c${i % 6}` }), element('span', { textContent: one.name || panel.title, title: one.name }), value);
    })));
}

function shape(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

$('minutes').addEventListener('change', refresh);
await refresh();
setInterval(refresh, 10_000);
