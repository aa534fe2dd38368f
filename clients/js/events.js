// Sends events in the background: in batches, one request at a time and in order, so that each user's order is kept.

import { ask, authorization, base, DriftlineError, given } from './http.js';

const MOST_EVENTS = 1000;
const MOST_BYTES = 1 << 20;
const LAST_BYTES = 60_000; // browsers refuse requests that outlive their page above 64 KiB
const SENT_AT_BYTES = 38;
const LONGEST_WAIT = 2 ** 31 - 1; // a longer one ends at once

/** What each number may be; at first what it is where it is left out. */
const BOUNDS = {
  capacity: [1000, 1, Number.MAX_SAFE_INTEGER], maxBatchEvents: [MOST_EVENTS, 1, MOST_EVENTS], maxBatchBytes: [MOST_BYTES, 100, MOST_BYTES], lingerMs: [200, 0, LONGEST_WAIT],
  firstWaitMs: [200, 0, LONGEST_WAIT], longestWaitMs: [30_000, 0, LONGEST_WAIT], attemptTimeoutMs: [30_000, 1, LONGEST_WAIT], closeTimeoutMs: [10_000, 0, LONGEST_WAIT],
};

const utf8 = new TextEncoder();

/** The events' JSON as an array, each with the time of this attempt: an earlier one would make the wait between look like a wrong clock. */
function body(events) {
  const sentAt = `{"sentAt":"${new Date().toISOString()}",`;
  return `[${events.map(one => sentAt + one.json.slice(1)).join(',')}]`;
}

/** A random UUID (version 4); crypto.randomUUID exists only on https and localhost. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export class EventSender {
  #url; #options; #fetch; #headers;
  #waiting = [];
  #inFlight = [];
  #timer = null;
  #running = null;
  #leaving = null;
  #room = [];
  #stopped = new AbortController();
  #closed = false;
  #hidden = false; // timers of a page that has gone never fire, and a page in the background may be ended without a word
  #refusals = 0; // of what left with the page, in a row
  #notBefore = 0; // what the ingestor was asked last it could not answer: when to ask again
  #twinned = null; // the batch under way that left once more with the page
  #onPageHide = () => { this.#hidden = true; this.#leave(); };
  #onPageShow = () => { this.#hidden = false; this.#twinned = null; };
  #onVisibility = () => {
    this.#hidden = globalThis.document.visibilityState === 'hidden';
    if (this.#hidden && Date.now() >= this.#notBefore) this.#leave(); // a glance at another tab: an ingestor that asked for time has it
  };
  #counts = { delivered: 0, rejected: 0, undelivered: 0 };

  /** @param {import('./index.d.ts').EventSenderOptions} options */
  constructor(options) {
    this.#options = { onFailure: () => {}, ...given(options) };
    for (const [name, [left, least, most]] of Object.entries(BOUNDS)) {
      const value = this.#options[name] ??= left;
      if (typeof value !== 'number' || !(value >= least && value <= most)) throw new RangeError(`${name} must be a number from ${least} to ${most}, not ${value}`);
    }
    this.#url = new URL('v1/events', base(options.url)).href;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#headers = { 'content-type': 'application/json', ...authorization(options.key) };
    globalThis.addEventListener?.('pagehide', this.#onPageHide);
    globalThis.addEventListener?.('pageshow', this.#onPageShow);
    globalThis.document?.addEventListener?.('visibilitychange', this.#onVisibility);
  }

  get counts() {
    return { ...this.#counts };
  }

  /** Takes an event; waits while the buffer is full. Answers the event's id. */
  async send(event) {
    const full = { eventId: newId(), eventTime: new Date().toISOString(), ...given(event) };
    delete full.sentAt;
    const json = JSON.stringify(full);
    const size = utf8.encode(json).length + SENT_AT_BYTES + 1;
    if (size + 2 > this.#options.maxBatchBytes) throw new RangeError(`event ${full.eventId} is ${size} bytes long: at most ${this.#options.maxBatchBytes} go into one request`);
    while (!this.#closed && this.#waiting.length >= this.#options.capacity) await new Promise(resolve => this.#room.push(resolve));
    if (this.#closed) throw new Error('the sender is closed');
    this.#waiting.push({ event: full, json, size });
    if (this.#hidden && Date.now() >= this.#notBefore) queueMicrotask(() => { if (this.#hidden && this.#waiting.length > 0) this.#leave(); });
    else if (this.#waiting.length >= this.#options.maxBatchEvents) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#options.lingerMs);
    return full.eventId;
  }

  /** Returns when all events given before have been answered for. */
  async flush() {
    for (let leaving = null; this.#waiting.length > 0 || this.#running || leaving !== this.#leaving;) {
      leaving = this.#leaving;
      await leaving; // what it was not given comes back
      if (this.#waiting.length > 0) this.#start();
      await this.#running;
    }
  }

  /** Takes no more events and delivers those that wait, within closeTimeoutMs; what is left then fails. */
  async close() {
    this.#closed = true;
    this.#makeRoom();
    const limit = setTimeout(() => this.#stopped.abort(), this.#options.closeTimeoutMs);
    await this.flush();
    clearTimeout(limit);
    globalThis.removeEventListener?.('pagehide', this.#onPageHide); // until now the page may go
    globalThis.removeEventListener?.('pageshow', this.#onPageShow);
    globalThis.document?.removeEventListener?.('visibilitychange', this.#onVisibility);
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.close();
  }

  #start() {
    this.#stopTimer();
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  #stopTimer() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #run() {
    while (this.#waiting.length > 0) {
      this.#inFlight = this.#take(this.#options.maxBatchEvents, this.#options.maxBatchBytes);
      this.#makeRoom();
      await this.#deliver(this.#inFlight);
      this.#inFlight = [];
    }
    this.#running = null; // before anybody else can run: what is sent from now on starts the next
  }

  #take(events, bytes) {
    let [count, size] = [0, 2];
    while (count < this.#waiting.length && count < events && size + this.#waiting[count].size <= bytes) size += this.#waiting[count++].size;
    return this.#waiting.splice(0, count);
  }

  #makeRoom() {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  async #deliver(batch) {
    for (let attempt = 1; ; attempt++) {
      if (this.#stopped.signal.aborted) return this.#fail(batch, `not delivered within ${this.#options.closeTimeoutMs} ms of closing`);
      try {
        const results = await ask(this.#fetch, this.#url, {
          method: 'POST', headers: this.#headers, body: body(batch), signal: this.#stopped.signal,
        }, this.#options.attemptTimeoutMs, response => this.#read(response, batch.length));
        this.#notBefore = 0;
        return results.forEach((result, i) => this.#settle(batch[i].event, result, i));
      } catch (error) {
        if (this.#stopped.signal.aborted) continue;
        if (!error.transient) return this.#fail(batch, error.message);
        const wait = this.#waitAfter(attempt, error.retryAfterMs);
        this.#notBefore = Date.now() + wait;
        await this.#pause(wait);
      }
    }
  }

  /** Exponential, with jitter, and no less than the ingestor asks for. */
  #waitAfter(attempt, retryAfterMs) {
    const bound = Math.min(this.#options.longestWaitMs, this.#options.firstWaitMs * 2 ** (attempt - 1));
    return Math.max(retryAfterMs, bound * (0.5 + Math.random() / 2));
  }

  async #read(response, events) {
    const results = (await response.json())?.results;
    if (results?.length !== events) throw new DriftlineError(`the ingestor answered ${results?.length} results for ${events} events`, response.status);
    return results;
  }

  #pause(milliseconds) {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer);
        this.#stopped.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#stopped.signal.addEventListener('abort', done);
    });
  }

  #settle(event, result, index) {
    if (result.status !== 'rejected') {
      this.#counts.delivered++;
      return;
    }
    this.#counts.rejected++;
    const prefix = `/${index}`;
    this.#tell({ event, rejected: true, reason: result.reason, pointer: result.pointer?.startsWith(prefix) ? result.pointer.slice(prefix.length) : result.pointer });
  }

  #fail(batch, reason) {
    for (const { event } of batch) {
      this.#counts.undelivered++;
      this.#tell({ event, rejected: false, reason });
    }
  }

  // What the shop's own code throws must not keep the events that follow.
  #tell(failure) {
    try {
      this.#options.onFailure(failure);
    } catch (error) {
      console.error('onFailure threw:', error);
    }
  }

  // The page may never come back: what waits goes in requests that outlive it, and so does what is under way, since its answer may not come; the ids tell twins
  // apart. A page that does come back sends again what the browser or the ingestor did not take.
  #leave() {
    const left = [...this.#waiting.splice(0), ...(this.#twinned === this.#inFlight ? [] : this.#inFlight)]; // browsers bound all of it: what has never been sent goes first
    this.#twinned = this.#inFlight;
    this.#stopTimer();
    this.#makeRoom();
    const parts = [];
    const most = Math.min(LAST_BYTES, this.#options.maxBatchBytes);
    while (left.length > 0) {
      let [count, size] = [0, 2];
      while (count < left.length && count < this.#options.maxBatchEvents && (count === 0 || size + left[count].size <= most)) size += left[count++].size;
      parts.push(left.splice(0, count));
    }
    const own = parts.map(part => part.filter(one => !this.#inFlight.includes(one)));
    const requests = parts.map(part => ask(this.#fetch, this.#url, {
      method: 'POST', headers: this.#headers, body: body(part), keepalive: true, signal: this.#stopped.signal,
    }, this.#options.attemptTimeoutMs, response => this.#read(response, part.length)));
    const leaving = Promise.all([this.#leaving, Promise.allSettled(requests).then(outcomes => {
      const refused = outcomes.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.retryAfterMs ?? 0);
      this.#refusals = refused.length > 0 ? this.#refusals + 1 : 0;
      this.#notBefore = refused.length > 0 ? Date.now() + this.#waitAfter(this.#refusals, Math.max(...refused)) : 0;
      const taken = outcomes.map(({ status }) => status === 'fulfilled');
      for (const [i, { value }] of outcomes.entries()) {
        value?.forEach((result, at) => { if (own[i].includes(parts[i][at])) this.#settle(parts[i][at].event, result, at); });
      }
      this.#waiting.unshift(...own.filter((_, i) => !taken[i]).flat());
      if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#start(), Math.max(this.#options.lingerMs, this.#notBefore - Date.now()));
    })]).then(() => { if (this.#leaving === leaving) this.#leaving = null; });
    this.#leaving = leaving;
  }
}
