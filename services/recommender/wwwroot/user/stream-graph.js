// A stream graph: layers stacked around a middle line, each as thick as its share, over states at equal steps.

import { shape } from '../shared/dom.js';
import { percent } from '../shared/format.js';
import { tint } from '../shared/hue.js';

const HEIGHT = 300, TOP = 14, BOTTOM = 30;
const LEAST_LABELLED = 17; // pixels: a line of text
const LETTER = 7.2; // pixels: about a letter's width
const TICK_EVERY = 90; // pixels: a time

/** @param layers { category, hue, shares: one for each state }, largest first @param states { at, long } @param single the category to single out, or null */
export function draw(layers, states, width, single) {
  const x = states.map((_, i) => 1 + (width - 2) * i / (states.length - 1));
  const bands = stack(layers, states.length);
  const svg = shape('svg', { class: single === null ? '' : 'has-single', viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': summary(layers, states) });
  const forecast = x.at(-2);
  for (const { layer, low, high } of bands) {
    const area = shape('path', { class: layer.category === single ? 'layer single' : 'layer', d: `${curve(x, high)}${curve([...x].reverse(), [...low].reverse()).replace('M', 'L')}Z` },
      shape('title', {}, layer.category));
    svg.append(tint(area, layer.hue));
  }

  svg.append(shape('rect', { class: 'to-come', x: forecast, y: 0, width: width - forecast, height: HEIGHT - BOTTOM + 4 }),
    shape('line', { class: 'present', x1: forecast, x2: forecast, y1: 0, y2: HEIGHT - BOTTOM + 4 }));
  const placed = [];
  for (const layer of layers) label(svg, bands.find(band => band.layer === layer), x, width, placed);
  ticks(svg, states, x, width);
  return svg;
}

/** The largest in the middle and the others alternately above and below it, around a middle line (silhouette); in pixels from the top. */
function stack(layers, length) {
  const order = [];
  layers.forEach((layer, i) => i % 2 ? order.push(layer) : order.unshift(layer));
  const totals = Array.from({ length }, (_, i) => order.reduce((sum, layer) => sum + layer.shares[i], 0));
  const scale = (HEIGHT - TOP - BOTTOM) / Math.max(...totals, 1e-9);
  const edge = totals.map(total => TOP + (HEIGHT - TOP - BOTTOM - total * scale) / 2);
  return order.map(layer => {
    const high = [...edge];
    layer.shares.forEach((share, i) => { edge[i] += share * scale; });
    return { layer, high, low: [...edge] };
  });
}

/** Through the points, level at each, so that no layer swings beyond its shares. */
const curve = (x, y) => x.map((at, i) => i === 0 ? `M${at},${y[0]}` : `C${(x[i - 1] + at) / 2},${y[i - 1]} ${(x[i - 1] + at) / 2},${y[i]} ${at},${y[i]}`).join('');

/** At the layer's thickest place, where there is room and no larger layer's name. */
function label(svg, { layer, high, low }, x, width, placed) {
  const thick = low.map((y, i) => y - high[i]);
  const at = thick.indexOf(Math.max(...thick));
  if (thick[at] < LEAST_LABELLED) return;
  const anchor = x[at] < width * 0.2 ? 'start' : x[at] > width * 0.8 ? 'end' : 'middle';
  const [place, y, long] = [x[at] + (anchor === 'start' ? 8 : anchor === 'end' ? -8 : 0), (high[at] + low[at]) / 2, layer.category.length * LETTER];
  const left = place - (anchor === 'start' ? 0 : anchor === 'end' ? long : long / 2);
  if (placed.some(other => Math.abs(other.y - y) < LEAST_LABELLED && left < other.left + other.long && other.left < left + long)) return;
  placed.push({ left, long, y });
  svg.append(shape('text', { class: 'name', x: place, y, 'text-anchor': anchor, 'dominant-baseline': 'central' }, layer.category));
}

function ticks(svg, states, x, width) {
  const every = Math.ceil((states.length - 1) / Math.max(1, Math.floor((width - 2 * TICK_EVERY) / TICK_EVERY)));
  states.forEach((state, i) => {
    const isLast = i === states.length - 1, isPresent = i === states.length - 2;
    if (!isLast && !isPresent && (i % every !== 0 || x.at(-2) - x[i] < TICK_EVERY)) return;
    if (isPresent && width - x[i] < TICK_EVERY + 20) return;
    svg.append(shape('text', { class: 'tick', x: x[i], y: HEIGHT - 6, 'text-anchor': i === 0 ? 'start' : isLast ? 'end' : 'middle' }, isLast ? 'predicted' : state.at));
  });
}

const summary = (layers, states) => `Interest over ${states.length - 1} states. Now and next: ${layers.slice(0, 4)
  .map(layer => `${layer.category} ${percent(layer.shares.at(-2))}, predicted ${percent(layer.shares.at(-1))}`).join('; ')}.`;
