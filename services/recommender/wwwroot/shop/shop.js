// The shop: one shopper at a time, who browses, clicks, buys and reviews, beside what Driftline makes of it.

import { asked, ask, keep, onAbout, sign } from '../shared/frame.js';
import * as api from '../shared/api.js';
import { $, element, text } from '../shared/dom.js';
import * as actions from './actions.js';
import * as browse from './browse.js';
import * as cart from './cart.js';
import * as insight from './insight.js';
import * as picks from './picks.js';
import * as product from './product.js';

let userId = null;
let stopFollowing = () => {};

function choose(id) {
  if (id === userId) return;
  stopFollowing();
  userId = id;
  $('user').value = '';
  text('who', id);
  $('who').href = `user.html?user=${encodeURIComponent(id)}`;
  ask('user', id);
  document.title = `${id} · Driftline console`;
  actions.shopper(id);
  insight.forget();
  picks.forget();
  product.close();
  cart.show(id);
  stopFollowing = api.follow(id, interests => { if (id === userId) onInterests(interests); }, sign); // the answer may name a pseudonym
}

function onInterests(interests) {
  insight.show(interests);
  actions.reflected(interests);
  picks.refresh(userId);
}

const newShopper = () => `guest-${Array.from(crypto.getRandomValues(new Uint8Array(4)), byte => byte.toString(16).padStart(2, '0')).join('')}`;

$('find').addEventListener('submit', event => {
  event.preventDefault();
  const id = $('user').value.trim();
  if (id) choose(id);
});
$('new').addEventListener('click', () => choose(newShopper()));

onAbout(about => {
  actions.allow(about.ingestorUrl !== null);
  $('look-only').hidden = about.ingestorUrl !== null;
  insight.about(about);
  browse.catalogue(about.catalogItems);
});

if (asked('user')) choose(asked('user'));
await keep(5000, async () => {
  const users = (await api.recentUsers(30)).users.map(user => user.userId);
  if (users.join('\n') !== $('recent').dataset.shown) {
    $('recent').dataset.shown = users.join('\n');
    $('recent').replaceChildren(...users.map(id => element('option', { value: id })));
  }

  if (userId === null) choose(users[0] ?? newShopper());
});
