// Lines over time with their bounds, and what each stands at.

import { element, shape } from '../shared/dom.js';
import { clock, duration } from '../shared/format.js';

const WIDTH = 360, HEIGHT = 120, COLOURS = 6;

const short = value => Math.abs(value) >= 1000 ? `${(value / 1000).toPrecision(3)}k` : Number(value.toPrecision(3)).toString();
const UNITS = { s: value => duration(value * 1000), eps: value => `${short(value)}/s`, reqps: value => `${short(value)}/s` };
const figure = (unit, value) => (UNITS[unit] ?? short)(value);

/** @param series { name, points: [seconds since the Unix epoch, value] } @returns the chart's elements */
export function chart(panel, series, start, end) {
  if (series.length === 0) return [element('p', { className: 'empty', textContent: 'No data in this time.' })];
  const most = Math.max(...series.flatMap(one => one.points.map(point => point[1])));
  // A bound is drawn where the values come near it; a far one would flatten them.
  const bounds = [['warn', panel.warn], ['bad', panel.bad]].filter(([, value]) => value !== null && value <= 2 * most);
  const largest = Math.max(most, ...bounds.map(([, value]) => value));
  const top = largest < 1e-6 ? 1 : largest; // what rounds to nothing is drawn as nothing
  const x = at => (WIDTH * (at - start) / (end - start)).toFixed(1);
  const y = value => (HEIGHT - HEIGHT * Math.max(0, value) / (top * 1.08)).toFixed(1);
  const svg = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${panel.title}: at most ${figure(panel.unit, most)}` });
  for (const [name, value] of bounds) svg.append(shape('line', { class: `bound ${name}`, x1: 0, x2: WIDTH, y1: y(value), y2: y(value) }));
  series.forEach((one, i) => svg.append(shape('polyline', { class: `line c${i % COLOURS}`, points: one.points.filter(point => point[0] >= start).map(([at, value]) => `${x(at)},${y(value)}`).join(' ') })));
  const time = seconds => clock(new Date(seconds * 1000).toISOString(), new Date(end * 1000).toISOString()).replace(/(:\d\d):\d\d$/, '$1'); // without seconds
  return [element('p', { className: 'quiet small', textContent: figure(panel.unit, top) }), svg,
    element('p', { className: 'quiet small axis' }, element('span', { textContent: time(start) }), element('span', { textContent: time(end) })),
    element('ul', { className: 'series' }, ...series.map((one, i) => {
      const last = one.points.at(-1)[1];
      const value = element('b', { textContent: figure(panel.unit, Math.abs(last) < 1e-6 ? 0 : last) });
      if (panel.bad !== null && last >= panel.bad) value.className = 'bad';
      return element('li', {}, element('i', { className: `swatch c${i % COLOURS}` }), element('span', { textContent: one.name || panel.title, title: one.name }), value);
    }))];
}
