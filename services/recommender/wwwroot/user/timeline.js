// The timeline of a shopper's interest: the stream graph, the categories in it, and the same as a table.

import { $, button, element, fit, table, text } from '../shared/dom.js';
import { clock, moment, percent } from '../shared/format.js';
import { hues, tint } from '../shared/hue.js';
import { draw } from './stream-graph.js';

const MOST_LAYERS = 9;

let states = []; // { at, share(category) }, oldest first; the last is the forecast
let layers = []; // { category, hue, shares }, largest first
let single = null; // the category that is singled out

export function show(interests) {
  const moments = interests.history.toReversed();
  const now = { at: interests.computedAt, interests: interests.interests };
  const columns = moments.length > 0 ? moments.map(one => ({ at: one.computedAt, interests: one.interests })) : [now];
  const forecast = columns.at(-1).interests;
  states = [...columns.map(column => ({ at: clock(column.at, now.at), long: moment(column.at), shares: of(column.interests, 'current') })),
    { at: 'next', long: 'predicted', shares: of(forecast, 'next') }];
  const largest = new Map();
  for (const { shares } of states) for (const [category, share] of shares) largest.set(category, Math.max(share, largest.get(category) ?? 0));
  const categories = [...largest].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, MOST_LAYERS).map(([category]) => category);
  const hue = hues(categories);
  layers = categories.map(category => ({ category, hue: hue.get(category), shares: states.map(state => state.shares.get(category) ?? 0) }));
  text('span', columns.length === 1 ? 'one state so far' : `${columns.length} states since ${columns.length > 0 ? states[0].at : ''}`);
  redraw();
  legend();
  drifts(moments);
  $('stream-table').replaceChildren(table('Share of interest: observed, and predicted in the last column', ['Category', ...states.map(state => state.at)],
    layers.map(layer => [layer.category, ...layer.shares.map(percent)]), { className: 'data' }));
}

/** Leaves nothing of a shopper. */
export function forget() {
  [states, layers] = [[], []];
  for (const part of ['stream', 'layers', 'stream-table', 'drifts']) $(part).replaceChildren();
  $('drifts').hidden = true;
  text('span', '');
}

const of = (interests, when) => new Map(interests.map(share => [share.category, share[when]]));

/** A column for the drift of each state. */
function drifts(moments) {
  const all = moments.map(one => one.drift);
  const top = Math.max(0.05, ...all);
  $('drifts').hidden = moments.length < 2;
  $('drifts').ariaLabel = `Drift over ${moments.length} states, between ${Math.min(...all).toFixed(3)} and ${Math.max(...all).toFixed(3)}`;
  $('drifts').replaceChildren(...moments.map(one => {
    const column = element('i', { title: `${one.drift.toFixed(3)}, ${moment(one.computedAt)}` });
    column.style.height = `${100 * one.drift / top}%`;
    return column;
  }));
}

function redraw(width = $('stream').clientWidth) {
  if (layers.length > 0 && width > 0) $('stream').replaceChildren(draw(layers, states, width, single));
}

function legend() {
  if (layers.some(layer => layer.category === single) === false) single = null;
  const focused = document.activeElement?.closest('#layers') ? document.activeElement.textContent : null;
  $('layers').replaceChildren(...layers.map(layer => element('li', {}, singleOut(layer))));
  if (focused !== null) [...$('layers').querySelectorAll('button')].find(one => one.textContent === focused)?.focus();
}

function singleOut(layer) {
  const made = button('', () => {
    single = single === layer.category ? null : layer.category;
    redraw();
    legend();
  }, { className: 'slight', ariaPressed: String(layer.category === single) });
  made.append(tint(element('i', { className: 'dot' }), layer.hue), layer.category);
  return made;
}

fit($('stream'), redraw);
