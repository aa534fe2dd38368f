// Where the population's interest goes, and who follows it.

import * as api from './api.js';
import { $, element, text } from './dom.js';
import { percent } from './format.js';
import { shifts } from './interest.js';

const OTHER = '(other)';

async function refresh() {
  try {
    const trends = await api.trends($('window').value);
    $('nobody').hidden = trends.sampled > 0;
    $('migration').hidden = trends.sampled === 0;
    const of = trends.sampled < trends.users ? `, ${trends.sampled.toLocaleString()} of them sampled` : '';
    $('population').dataset.state = 'live';
    text('population', `${trends.users.toLocaleString()} shoppers${of}`);
    migration(trends);
    shifts('rising', trends.rising, 8);
    shifts('falling', trends.falling, 8);
  } catch (error) {
    $('population').dataset.state = 'lost';
    text('population', error.message);
  }
}

function migration({ categories, migration: flows }) {
  const names = categories.map(category => category.category);
  // A colour says how much of its row a cell takes: categories differ in size.
  const rows = flows.map((row, from) => element('tr', {}, named(names[from]), ...row.map((share, to) => {
    const cell = element('td', { textContent: share >= 0.0005 ? percent(share) : '', title: `${names[from]} to ${names[to]}: ${(share * 100).toFixed(2)}%` });
    cell.style.setProperty('--share', `${Math.round(100 * share / Math.max(1e-9, categories[from].current))}%`);
    if (from === to) cell.className = 'stays';
    return cell;
  })));
  $('migration').tBodies[0].replaceChildren(...rows);
  $('migration').tHead.replaceChildren(element('tr', {}, element('td'), ...names.map(name => element('th', { scope: 'col', title: name }, element('span', { textContent: name })))));
}

function named(category) {
  if (category === OTHER) return element('th', { scope: 'row', textContent: 'all others' });
  const button = element('button', { type: 'button', className: 'slight', textContent: category, title: category });
  button.addEventListener('click', () => audience(category));
  return element('th', { scope: 'row' }, button);
}

async function audience(category) {
  $('audience').hidden = false;
  text('audience-title', `Rising in ${category}`);
  $('export').href = api.audienceUrl(category, 1_000_000);
  $('export').download = `${category}.ndjson`;
  try {
    const members = await api.audience(category, 12);
    $('members').replaceChildren(...members.map(member => element('li', {},
      element('a', { href: `./#${encodeURIComponent(member.userId)}`, textContent: member.userId }),
      element('b', { textContent: `${percent(member.current)} to ${percent(member.next)}` }))));
    if (members.length === 0) $('members').append(element('li', { className: 'none', textContent: 'nobody now' }));
  } catch (error) {
    $('members').replaceChildren(element('li', { className: 'none', textContent: error.message }));
  }
}

$('window').addEventListener('change', refresh);
await refresh();
setInterval(refresh, 15_000);
