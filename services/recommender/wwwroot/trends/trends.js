// Where the population's interest goes, what rises and falls most, and who follows.

import { asked, ask, keep, sign } from '../shared/frame.js';
import * as api from '../shared/api.js';
import { $, element, fit, link, table, text } from '../shared/dom.js';
import { percent, points } from '../shared/format.js';
import { hues } from '../shared/hue.js';
import { latest } from '../shared/latest.js';
import { draw } from './sankey.js';

const MOST_MOVERS = 6, MOST_MEMBERS = 12;

let shown = null;
const [population, followers] = [latest(), latest()];

function refresh() {
  const within = $('window').value;
  return population.ask(within, () => api.trends(within), show);
}

function show(trends) {
  const of = trends.sampled < trends.users ? `, ${trends.sampled.toLocaleString()} of them sampled` : '';
  sign('live', 'live');
  text('population', `${trends.users.toLocaleString()} shoppers${of}`);
  $('nobody').hidden = trends.sampled > 0;
  $('sankey').hidden = $('as-table').hidden = trends.sampled === 0;
  if (JSON.stringify(trends.migration) === JSON.stringify(shown?.migration)) return; // the focus stays where it is
  shown = trends;
  redraw();
  matrix(trends);
  movers(trends);
}

function redraw(width = $('sankey').clientWidth) {
  if (shown === null || shown.sampled === 0 || width === 0) return;
  const focused = document.activeElement?.closest('#sankey a')?.dataset.category;
  const names = shown.categories.map(category => category.category);
  $('sankey').replaceChildren(draw(shown.categories, shown.migration, hues(names), width, audience));
  if (focused) [...$('sankey').querySelectorAll('a')].find(one => one.dataset.category === focused)?.focus();
}

function matrix({ categories, migration }) {
  const names = categories.map(category => category.category);
  $('matrix').replaceChildren(table('Share of all interest that moves from the category of the row to that of the column', ['From', ...names],
    migration.map((row, from) => [names[from], ...row.map(share => share >= 0.0005 ? `${(share * 100).toFixed(1)}%` : '')]), { className: 'data' }));
}

function movers({ rising, falling }) {
  const moved = [...rising.slice(0, MOST_MOVERS), ...falling.slice(0, MOST_MOVERS).reverse()];
  const most = Math.max(...moved.map(shift => Math.abs(shift.delta)), 1e-9);
  $('movers').replaceChildren(...moved.map(shift => {
    const bar = element('i');
    bar.style.width = `${50 * Math.abs(shift.delta) / most}%`;
    return element('li', { className: shift.delta < 0 ? 'down' : 'up' }, element('span', { textContent: shift.category, title: shift.category }),
      element('span', { className: 'way', ariaHidden: 'true' }, bar), element('b', { textContent: points(shift.delta) }));
  }));
  if (moved.length === 0) $('movers').append(element('li', { className: 'empty', textContent: 'Nothing moves.' }));
}

function audience(category) {
  ask('category', category);
  text('audience-title', `Rising in ${category}`);
  $('export').hidden = false;
  $('export').href = api.audienceUrl(category, 1_000_000);
  $('export').download = `${category}.ndjson`;
  followers.ask(category, () => api.audience(category, MOST_MEMBERS), members => {
    $('members').replaceChildren(...members.map(member => element('li', {},
      link(`user.html?user=${encodeURIComponent(member.userId)}`, member.userId),
      element('b', { textContent: `${percent(member.current)} to ${percent(member.next)}` }))));
    $('no-audience').hidden = members.length > 0;
    text('no-audience', 'Nobody now.');
  }, error => {
    $('members').replaceChildren();
    $('no-audience').hidden = false;
    text('no-audience', error.message);
  });
}

fit($('sankey'), redraw);

$('window').addEventListener('change', () => refresh().catch(error => sign('lost', error.message)));
if (asked('category')) audience(asked('category'));
keep(15_000, refresh, $('trouble'));
