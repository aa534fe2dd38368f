// What every page stands in: the skip link, the label of the data, name, pages, the page's own controls, the live sign, and the foot.
// A page holds <console-header>its controls</console-header> and <console-footer></console-footer>.

import * as api from './api.js';
import { $, element, link, text } from './dom.js';

const PAGES = [['./', 'Shop'], ['user.html', 'Shoppers'], ['trends.html', 'Trends'], ['experiments.html', 'Experiments'], ['operations.html', 'Operations']];
const FOOT = [['reference.html', 'API reference'], ['openapi/v1.json', 'OpenAPI'], ['metrics', 'Metrics'], ['health/ready', 'Readiness']];

const here = location.pathname.slice(location.pathname.lastIndexOf('/') + 1).replace('index.html', '') || './';
const to = ([href, name]) => link(href, name, href === here ? { ariaCurrent: 'page' } : {});

customElements.define('console-header', class extends HTMLElement {
  connectedCallback() {
    const controls = [...this.childNodes];
    this.replaceChildren(
      link('#main', 'Skip to the content', { className: 'skip' }),
      element('header', {},
        element('p', { id: 'label', className: 'label', role: 'note', hidden: true }),
        element('div', { className: 'top' },
          element('a', { className: 'brand', href: './' }, element('img', { src: 'favicon.svg', alt: '', width: 28, height: 28 }), 'Driftline'),
          element('nav', { className: 'pages', ariaLabel: 'Pages' }, ...PAGES.map(to)),
          ...controls,
          element('p', { id: 'live', className: 'live', role: 'status', textContent: 'connecting' }))));
  }
});

customElements.define('console-footer', class extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(element('footer', { className: 'foot' }, ...FOOT.map(to)));
  }
});

document.head.append(element('link', { rel: 'icon', href: 'favicon.svg', type: 'image/svg+xml' }));

const NO_ANSWER = 'no answer';

/** The live sign. @param {'live'|'lost'|'idle'} state */
export function sign(state, message) {
  $('live').dataset.state = state;
  text('live', message);
}

/** Does something now and again and again, for as long as it may; what goes wrong shows in the live sign, and where a place for it is given, there. */
export function keep(everyMs, refresh, trouble = null, may = () => true) {
  let before = null; // what the sign said before an answer failed to come
  const once = async () => {
    if (!may()) return clearInterval(timer);
    try {
      await refresh();
      if (before && $('live').textContent === NO_ANSWER) sign(...before);
      before = null;
      if (trouble && may()) trouble.hidden = true;
    } catch (error) {
      if (!may()) return;
      before ??= [$('live').dataset.state, $('live').textContent];
      sign('lost', NO_ANSWER);
      if (!trouble) return;
      trouble.hidden = false;
      trouble.textContent = error.message;
    }
  };
  const timer = setInterval(once, everyMs);
  return once();
}

/** The parameter of the page's address, and how to change it. */
export const asked = name => new URLSearchParams(location.search).get(name);
export function ask(name, value) {
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  history.replaceState(null, '', address);
}

let about = null;
const listeners = [];

/** Tells what the console knows about the deployment, now and as it changes. */
export function onAbout(listener) {
  listeners.push(listener);
  if (about) listener(about);
}

async function refreshAbout() {
  try {
    about = await api.about();
  } catch {
    return; // the page's own requests say so
  }

  $('label').hidden = about.dataLabel === null;
  text('label', about.dataLabel ?? '');
  for (const listener of listeners) listener(about);
}

refreshAbout();
setInterval(refreshAbout, 10_000);
