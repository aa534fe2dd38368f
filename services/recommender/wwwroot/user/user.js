// One shopper: how their interest has moved, now and next, and the events behind it.

import { asked, ask, keep, sign } from '../shared/frame.js';
import * as api from '../shared/api.js';
import { $, element, link, table, text } from '../shared/dom.js';
import { clock, moment } from '../shared/format.js';
import { bars, drift } from '../shared/interest.js';
import { latest } from '../shared/latest.js';
import * as history from './history.js';
import * as timeline from './timeline.js';

const MOST_STATES = 100;

const [shares, movement] = [bars(12), drift()];
const [interestCard, driftCard] = $('now').children;
interestCard.append(shares.node);
driftCard.prepend(movement.node);

const answers = latest();
let userId = null;
let loading = false; // of what is asked for at an update; one that comes meanwhile asks once more
let next = null;
let stopFollowing = () => {};

function choose(id) {
  stopFollowing();
  answers.forget(); // what is under way is another shopper's, and so is what waits for it
  next = null;
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
  timeline.forget();
  stopFollowing = api.follow(id, interests => onInterests(id, interests), sign); // the answer may name a pseudonym
}

function onInterests(id, interests) {
  if (id !== userId) return;
  $('unknown').hidden = interests.known;
  $('timeline').hidden = $('now').hidden = !interests.known;
  text('unknown', interests.known ? '' : `Nothing is known of “${userId}”. The picture appears moments after their first click, cart, purchase or review, and goes when they stay away.`);
  if (interests.known) {
    shares.show(interests);
    movement.show(interests);
  } else {
    timeline.forget();
  }

  load(id, interests.known);
}

async function load(id, known) {
  if (loading) {
    next = () => load(id, known);
    return;
  }

  loading = true;
  await answers.ask(id, async () => {
    const [past, held] = await Promise.all([known ? api.interests(id, MOST_STATES) : null, api.held(id)]);
    await history.find(held);
    return [past, held];
  }, ([past, held]) => {
    if (past) timeline.show(past);
    history.show(held);
    $('trouble').hidden = true;
  }, error => {
    $('trouble').hidden = false;
    text('trouble', error.message);
  });
  loading = false;
  const again = next;
  next = null;
  if (again) again();
}

async function recent() {
  if (userId !== null) return;
  const { users } = await api.recentUsers(30);
  if (userId !== null) return;
  sign('live', `${users.length} shown`);
  $('recent').hidden = false;
  if (document.activeElement?.closest('#recent-users a')) return; // nothing is taken from under a reader
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
