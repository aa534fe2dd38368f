// The service's HTTP API. Errors carry what the server said about them.

const user = id => `v1/users/${encodeURIComponent(id)}`;

/** Fetches; who is not signed in is asked for a key first. */
async function ask(url, options) {
  const answer = await fetch(url, options);
  if (answer.status === 401 || answer.status === 403) location.assign(`signin.html?back=${encodeURIComponent(location.pathname.split('/').pop() + location.hash)}`);
  return answer;
}

async function read(url, options) {
  const answer = await ask(url, options);
  const body = answer.headers.get('content-type')?.includes('json') ? await answer.json() : null;
  if (!answer.ok) throw new Error(body?.detail ?? body?.title ?? `the server answered ${answer.status}`);
  return body;
}

export const about = () => read('v1/console');
export const recentUsers = () => read('v1/users?recent=12');
export const recommendations = id => read(`${user(id)}/recommendations?count=8`);
export const trends = window => read(`v1/trends?window=${encodeURIComponent(window)}`);
export const audienceUrl = (category, limit) => `v1/audiences/${encodeURIComponent(category)}?limit=${limit}`;
export const panels = () => read('operations.json');
export const series = (panel, minutes) => read(`console/operations/${panel}?minutes=${minutes}`);
export const items = query => read(`v1/items?count=6&query=${encodeURIComponent(query)}`);

/** Users whose interest in a category rises, largest rise first. */
export async function audience(category, limit) {
  const answer = await ask(audienceUrl(category, limit));
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.text()).split('\n').filter(line => line).map(line => JSON.parse(line));
}

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
    source.addEventListener('interests', message => { onState('live'); onInterests(JSON.parse(message.data)); });
    source.addEventListener('error', () => {
      if (stopped) return;
      onState('lost');
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000); // refused: the browser does not try again by itself
    });
  };
  open();
  return () => { stopped = true; clearTimeout(retry); source.close(); };
}
