// Estimates with their intervals, drawn on a common scale.

import { element, shape } from '../shared/dom.js';

/** Where a chart of these estimates begins and ends; it holds the given value, and where asked is as wide on both sides of it. */
export function range(estimates, holds, isEven = false) {
  const [low, high] = [Math.min(holds, ...estimates.map(one => one.low)), Math.max(holds, ...estimates.map(one => one.high), holds + 1e-6)];
  const reach = Math.max(holds - low, high - holds);
  const [from, to] = isEven ? [holds - reach, holds + reach] : [low, high];
  return { from: from - (to - from) * (isEven ? 0.05 : 0), to: to + (to - from) * 0.05, holds };
}

/** One line: name, interval and point, the figures, and a word on them. */
export function row(name, estimate, scale, format, word = '') {
  const figures = estimate === null ? 'too few to tell' : `${format(estimate.value)} (${format(estimate.low)} to ${format(estimate.high)})`;
  return element('li', {}, element('span', { className: 'who', textContent: name, title: name }), draw(estimate, scale),
    element('span', { className: 'figures' }, element('b', { textContent: figures }), word === '' ? '' : element('span', { className: 'quiet', textContent: ` ${word}` })));
}

function draw(estimate, scale) {
  const at = value => `${(100 * (value - scale.from) / (scale.to - scale.from)).toFixed(2)}%`;
  const svg = shape('svg', { class: 'interval', height: 22, 'aria-hidden': 'true' }, shape('line', { class: 'axis', x1: '0%', x2: '100%', y1: 11, y2: 11 }), shape('line', { class: 'zero', x1: at(scale.holds), x2: at(scale.holds), y1: 0, y2: 22 }));
  if (estimate === null) return svg;
  const side = estimate.low > scale.holds ? 'above' : estimate.high < scale.holds ? 'below' : 'around';
  svg.append(shape('line', { class: `whisker ${side}`, x1: at(estimate.low), x2: at(estimate.high), y1: 11, y2: 11 }), shape('circle', { class: `point ${side}`, cx: at(estimate.value), cy: 11, r: 4.5 }));
  return svg;
}
