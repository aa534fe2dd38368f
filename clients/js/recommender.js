// The recommender's HTTP API.

import { ask, authorization, base, encode, open } from './http.js';

const user = id => `v1/users/${encode(id)}`;

export class Recommender {
  #base; #fetch; #timeoutMs; #headers;

  /** @param {import('./index.d.ts').RecommenderOptions} options */
  constructor(options) {
    this.#base = base(options.url);
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#headers = authorization(options.key);
  }

  recommendations(userId, query = {}) {
    const { contextItem, ...rest } = query;
    return this.#get(`${user(userId)}/recommendations`, { ...rest, context: contextItem === undefined ? undefined : `item:${contextItem}` });
  }

  interests(userId, query = {}) {
    return this.#find(`${user(userId)}/interests`, query);
  }

  similar(itemId, query = {}) {
    return this.#find(`v1/items/${encode(itemId)}/similar`, query);
  }

  trending(query = {}) {
    return this.#get('v1/trending', query);
  }

  async findItems(text, query = {}) {
    return (await this.#get('v1/items', { query: text, ...query })).items;
  }

  async categories() {
    return (await this.#get('v1/categories')).categories;
  }

  trends(query = {}) {
    return this.#get('v1/trends', query);
  }

  async audience(category, query = {}) {
    return (await this.#ask(`v1/audiences/${encode(category)}`, query, response => response.text())).split('\n').filter(line => line).map(line => JSON.parse(line));
  }

  async experiments() {
    return (await this.#get('v1/experiments')).experiments;
  }

  experiment(name) {
    return this.#find(`v1/experiments/${encode(name)}`);
  }

  /** A user's interests now, and each time they change, until the connection ends or the signal is aborted. */
  async *followInterests(userId, { signal } = {}) {
    const response = await open(this.#fetch, new URL(`${user(userId)}/interests/stream`, this.#base).href, { signal, headers: { accept: 'text/event-stream', ...this.#headers } }, signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); // not every browser iterates a stream
    try {
      let text = '';
      for (let part; !(part = await reader.read()).done;) {
        text += part.value.replaceAll('\r', '');
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
          const lines = text.slice(0, end).split('\n');
          const of = name => lines.filter(line => line.startsWith(`${name}:`)).map(line => line.slice(name.length + 1).trimStart()).join('\n');
          if (of('event') === 'interests') yield JSON.parse(of('data'));
        }
      }
    } finally {
      await reader.cancel().catch(() => {}); // it has ended, or broke off
    }
  }

  #get(path, query) {
    return this.#ask(path, query, response => response.json());
  }

  /** Null where the service knows no such thing; a 404 that says nothing more comes from a wrong address. */
  async #find(path, query) {
    try {
      return await this.#get(path, query);
    } catch (error) {
      if (error.status === 404 && error.explained) return null;
      throw error;
    }
  }

  #ask(path, query = {}, read) {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) if (one !== undefined && one !== null) url.searchParams.append(name, one);
    return ask(this.#fetch, url.href, { headers: this.#headers }, this.#timeoutMs, read);
  }
}
