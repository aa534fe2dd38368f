// The service's HTTP API. Errors carry what the server said about them, and whether the same may be answered later (isTransient).

const user = id => `v1/users/${encodeURIComponent(id)}`;
const query = parameters => new URLSearchParams(Object.entries(parameters).flatMap(([name, values]) => [values].flat().filter(value => value !== '').map(value => [name, value])));

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    throw Object.assign(new Error('The recommender does not answer.'), { isTransient: true });
  }

  if (answer.ok) return answer;
  if ((answer.status === 401 || answer.status === 403) && !location.pathname.endsWith('/signin.html')) signIn();
  const problem = answer.headers.get('content-type')?.includes('json') ? await answer.json() : null;
  throw Object.assign(new Error(problem?.detail ?? problem?.title ?? `The server answered ${answer.status}.`), { isTransient: answer.status === 429 || answer.status >= 500 });
}

/** Asks for a key, and comes back to this page then. */
function signIn() {
  const here = location.pathname.slice(location.pathname.lastIndexOf('/') + 1) + location.search + location.hash;
  location.assign(`signin.html?${query({ back: here })}`);
}

const read = async (url, options) => (await ask(url, options)).json();

export const about = () => read('v1/console');
export const recentUsers = count => read(`v1/users?recent=${count}`);
export const recommendations = (id, count) => read(`${user(id)}/recommendations?count=${count}&explain=true`);
export const interests = (id, history) => read(`${user(id)}/interests?history=${history}`);
export const exportUrl = id => `${user(id)}/export`;
export const held = id => read(exportUrl(id));
export const categories = () => read('v1/categories');
export const items = parameters => read(`v1/items?${query(parameters)}`);
export const similar = (id, count) => read(`v1/items/${encodeURIComponent(id)}/similar?count=${count}`);
export const trends = window => read(`v1/trends?${query({ window })}`);
export const audienceUrl = (category, limit) => `v1/audiences/${encodeURIComponent(category)}?limit=${limit}`;
export const experiments = () => read('v1/experiments');
export const experiment = name => read(`v1/experiments/${encodeURIComponent(name)}`);
export const panels = () => read('operations.json');
export const series = (panel, minutes) => read(`console/operations/${panel}?minutes=${minutes}`);
export const openApi = () => read('openapi/v1.json');

/** Users whose interest in a category rises, largest rise first. */
export const audience = async (category, limit) =>
  (await (await ask(audienceUrl(category, limit))).text()).split('\n').filter(line => line).map(line => JSON.parse(line));

/** Sends one event; throws with the reason when it is not accepted. */
export async function send(event) {
  const answer = await read('console/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });
  const result = answer?.results?.[0];
  if (result?.status === 'rejected') throw new Error(result.reason ?? 'the event was rejected');
}

/** Follows a user's interests; answers a function that stops it. */
export function follow(id, onInterests, onState) {
  let source, retry, stopped = false;
  const open = () => {
    source = new EventSource(`${user(id)}/interests/stream`);
    source.addEventListener('interests', message => { onState('live', 'live'); onInterests(JSON.parse(message.data)); });
    source.addEventListener('error', () => {
      if (stopped) return;
      onState('lost', 'connection lost, trying again');
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000); // refused: the browser does not try again by itself
    });
  };
  const close = () => { clearTimeout(retry); source.close(); };
  const shown = event => { if (event.persisted && !stopped) open(); };
  open();
  addEventListener('pagehide', close); // a page kept for the Back button would keep its stream open
  addEventListener('pageshow', shown);
  return () => { stopped = true; close(); removeEventListener('pagehide', close); removeEventListener('pageshow', shown); };
}
