// One request, answered or explained.

/** A service refused a request as a whole, or could not be reached; the message says what it said. */
export class DriftlineError extends Error {
  /**
   * @param {string} message
   * @param {number | null} status what the service answered; null if it did not answer
   * @param {number} retryAfterMs the least wait that it asked for
   */
  constructor(message, status, retryAfterMs = 0) {
    super(message);
    this.name = 'DriftlineError';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may be taken later. */
  get transient() {
    return this.status === null || [408, 429, 502, 503, 504].includes(this.status);
  }
}

/** The address with a closing slash, so that paths go below it. */
export function base(url) {
  const address = new URL(url, globalThis.location?.href);
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address;
}

/** An id as a part of a path. */
export function encode(id) {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..') throw new TypeError(`'${id}' cannot be asked for: give an id that is a string, not empty, and neither '.' nor '..'`);
  return encodeURIComponent(id);
}

/** The header that shows a key. */
export const authorization = key => key ? { authorization: `Bearer ${key}` } : {};

/** What was given: a key whose value is undefined is one that was left out. */
export const given = object => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** Answers what is read of the response if it is a success; throws a DriftlineError otherwise. */
export async function ask(fetch, url, options, timeoutMs, read) {
  // By hand: browsers and Nodes that shops still meet cannot join signals.
  const bound = new AbortController();
  const stop = () => bound.abort(options.signal.reason);
  const limit = timeoutMs ? setTimeout(() => bound.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs) : undefined;
  options.signal?.addEventListener('abort', stop);
  if (options.signal?.aborted) stop();
  try {
    return await read(await open(fetch, url, { ...options, signal: bound.signal }, options.signal));
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', stop);
  }
}

/** Answers the response if it is a success; throws a DriftlineError otherwise, but for what the caller's own signal brings about. */
export async function open(fetch, url, options, wish) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (wish?.aborted) throw error; // the caller's own
    throw new DriftlineError(`${options.method ?? 'GET'} ${url}: ${error.cause?.message ?? error.message}. Is the service running at ${new URL(url).origin}?`, null);
  }
  if (response.ok) return response;
  const problem = response.headers.get('content-type')?.includes('json') ? await response.json().catch(() => null) : null;
  const says = Object.values(problem?.errors ?? {}).flat().join(' ') || [problem?.title, problem?.detail].filter(text => text).join(': ');
  const error = new DriftlineError(`${options.method ?? 'GET'} ${new URL(url).pathname} answered ${response.status}. ${says}`.trim(), response.status, retryAfter(response));
  error.explained = typeof problem?.detail === 'string';
  throw error;
}

function retryAfter(response) {
  const text = response.headers.get('retry-after');
  if (!text) return 0;
  const seconds = Number(text);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : Math.max(0, Date.parse(text) - Date.now()) || 0;
}
