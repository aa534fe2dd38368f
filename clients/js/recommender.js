// The recommender's HTTP API.

import { ask, authorization, base, encode, follow } from './http.js';

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

  /** Line by line as they come, so that an export of any size goes through. */
  audience(category, query = {}, { signal } = {}) {
    return follow(this.#fetch, this.#address(`v1/audiences/${encode(category)}`, query), { signal, headers: this.#headers }, this.#timeoutMs, async function* (lines) {
      for await (const line of lines) if (line) yield JSON.parse(line);
    });
  }

  async experiments() {
    return (await this.#get('v1/experiments')).experiments;
  }

  experiment(name) {
    return this.#find(`v1/experiments/${encode(name)}`);
  }

  /** A user's interests now, and each time they change, until the connection ends or the signal is aborted. */
  followInterests(userId, { signal } = {}) {
    return follow(this.#fetch, this.#address(`${user(userId)}/interests/stream`), { signal, headers: { accept: 'text/event-stream', ...this.#headers } }, this.#timeoutMs, async function* (lines) {
      let [event, data] = ['', []];
      for await (const line of lines) {
        const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (name === 'event') event = value;
        else if (name === 'data') data.push(value);
        else if (line === '') {
          if (event === 'interests') yield JSON.parse(data.join('\n'));
          [event, data] = ['', []];
        }
      }
    });
  }

  #get(path, query) {
    return ask(this.#fetch, this.#address(path, query), { headers: this.#headers }, this.#timeoutMs, response => response.json());
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

  #address(path, query = {}) {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) if (one !== undefined && one !== null) url.searchParams.append(name, one);
    return url.href;
  }
}
