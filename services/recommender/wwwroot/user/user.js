// One shopper: how their interest has moved, now and next, and the events behind it.

import { asked, ask, keep, sign } from '../shared/frame.js';
import * as api from '../shared/api.js';
import { $, element, link, table, text } from '../shared/dom.js';
import { clock, moment } from '../shared/format.js';
import { bars, drift } from '../shared/interest.js';
import * as history from './history.js';
import * as timeline from './timeline.js';

const MOST_STATES = 100;

const [shares, movement] = [bars(12), drift()];
const [interestCard, driftCard] = $('now').children;
interestCard.append(shares.node);
driftCard.prepend(movement.node);

let userId = null;
let newest = 0; // what is shown of a shopper is asked for at each update: an answer that a later one overtook is dropped
let stopFollowing = () => {};

function choose(id) {
  stopFollowing();
  userId = id;
  ask('user', id);
  document.title = `${id} · Driftline console`;
  $('user').value = id;
  $('recent').hidden = true;
  $('one').hidden = false;
  text('who', id);
  $('shop').href = `./?user=${encodeURIComponent(id)}`;
  $('export').href = api.exportUrl(id);
  for (const part of ['timeline', 'now', 'unknown', 'trouble']) $(part).hidden = true;
  for (const part of ['history', 'events']) $(part).replaceChildren(); // the shopper's before
  stopFollowing = api.follow(id, interests => onInterests(id, interests), sign); // the answer may name a pseudonym
}

async function onInterests(id, interests) {
  if (id !== userId) return;
  const mine = ++newest;
  const overtaken = () => mine !== newest || id !== userId;
  $('unknown').hidden = interests.known;
  $('timeline').hidden = $('now').hidden = !interests.known;
  text('unknown', interests.known ? '' : `Nothing is known of “${userId}”. The picture appears moments after their first click, cart, purchase or review, and goes when they stay away.`);
  if (interests.known) {
    shares.show(interests);
    movement.show(interests);
  }

  try {
    const [past, held] = await Promise.all([interests.known ? api.interests(userId, MOST_STATES) : null, api.held(userId)]);
    if (overtaken()) return;
    if (past) timeline.show(past);
    await history.show(held, () => !overtaken());
    if (!overtaken()) $('trouble').hidden = true;
  } catch (error) {
    if (overtaken()) return;
    $('trouble').hidden = false;
    text('trouble', error.message);
  }
}

async function recent() {
  if (userId !== null) return;
  const { users } = await api.recentUsers(30);
  if (userId !== null) return;
  sign('live', `${users.length} shown`);
  $('recent').hidden = false;
  const now = new Date().toISOString();
  $('recent-users').replaceChildren(users.length === 0 ? element('p', { className: 'empty', textContent: 'None yet: they appear as events arrive.' })
    : table('Newest first', ['Shopper', 'Updated', 'Act'], users.map(user => [
      link(`?user=${encodeURIComponent(user.userId)}`, user.userId), element('span', { textContent: clock(user.updatedAt, now), title: moment(user.updatedAt) }),
      link(`./?user=${encodeURIComponent(user.userId)}`, 'shop', { ariaLabel: `Shop as ${user.userId}` })]), { className: 'data' }));
}

$('find').addEventListener('submit', event => {
  event.preventDefault();
  const id = $('user').value.trim();
  if (id) choose(id);
});

if (asked('user')) choose(asked('user'));
else keep(4000, recent, $('trouble'), () => userId === null);
