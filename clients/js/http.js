// One request, answered or explained.

/** A service refused a request as a whole, could not be reached, or its answer broke off; the message says what it said. */
export class DriftlineError extends Error {
  /**
   * @param {string} message
   * @param {number | null} status what the service answered; null if it did not answer, or the answer broke off or could not be read
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

/** Answers what is read of the response if it is a success, all within the time; throws a DriftlineError otherwise, but for what the caller's own signal brings about. */
export async function ask(fetch, url, options, timeoutMs, read) {
  const bound = bind(options.signal, timeoutMs);
  try {
    return await read(await open(fetch, url, { ...options, signal: bound.signal }, options.signal));
  } catch (error) {
    throw explain(error, options.signal);
  } finally {
    bound.release();
  }
}

/** Answers what is read of the response's lines, one after another as they come. Only the beginning of the answer has a time limit; errors are those of `ask`. */
export async function* follow(fetch, url, options, timeoutMs, read) {
  const bound = bind(options.signal, timeoutMs);
  try {
    const response = await open(fetch, url, { ...options, signal: bound.signal }, options.signal);
    bound.stopTimer();
    yield* read(lines(response, bound.signal));
  } catch (error) {
    throw explain(error, options.signal);
  } finally {
    bound.release();
  }
}

/** A signal that is aborted with the caller's own, and when the time is over. By hand: browsers and Nodes that shops still meet cannot join signals. */
function bind(wish, timeoutMs) {
  const bound = new AbortController();
  const stop = () => bound.abort(wish.reason);
  const limit = timeoutMs ? setTimeout(() => bound.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs) : undefined;
  wish?.addEventListener('abort', stop);
  if (wish?.aborted) stop();
  const stopTimer = () => clearTimeout(limit);
  return { signal: bound.signal, stopTimer, release: () => { stopTimer(); wish?.removeEventListener('abort', stop); } };
}

/** What a success broke off with, or could not be read for, as a DriftlineError; what the caller's own signal brings about stays as it is. */
const explain = (error, wish) => error instanceof DriftlineError || wish?.aborted ? error : new DriftlineError(`the answer broke off: ${error.cause?.message ?? error.message}`, null);

async function* lines(response, signal) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); // not every browser iterates a stream
  try {
    let text = '';
    for (let part; !(part = await reader.read()).done;) {
      const whole = (text + part.value).split('\n');
      text = whole.pop();
      for (const line of whole) {
        signal.throwIfAborted(); // also of what has come already
        yield line.endsWith('\r') ? line.slice(0, -1) : line;
      }
    }

    signal.throwIfAborted();
    if (text) yield text;
  } finally {
    await reader.cancel().catch(() => {}); // it has ended, or broke off
  }
}

/** Answers the response if it is a success; throws a DriftlineError otherwise, but for what the caller's own signal brings about. */
async function open(fetch, url, options, wish) {
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
