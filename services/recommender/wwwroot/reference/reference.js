// The service's own OpenAPI document, to be read.

import { sign } from '../shared/frame.js';
import * as openApi from '../shared/api.js';
import { $, element, link, table } from '../shared/dom.js';

const last = reference => reference.split('/').at(-1);
const idOf = (path, method) => `${method}${path.replaceAll(/[^a-z0-9]+/gi, '-')}`;

/** A schema as a short text, with a link to what it names. */
function type(schema) {
  if (!schema) return [];
  if (schema.$ref) return [link(`#${last(schema.$ref)}`, last(schema.$ref))];
  if (schema.oneOf) return schema.oneOf.flatMap((one, i) => i ? [' or ', ...type(one)] : type(one));
  const names = [schema.type].flat();
  if (names.includes('array')) return ['array of ', ...type(schema.items), names.includes('null') ? ' or null' : ''];
  return [names.join(' or ') + (schema.format ? ` (${schema.format})` : '')];
}

const cell = parts => element('span', {}, ...parts);
const rows = (of, caption, heads, entries) => entries.length === 0 ? '' : element('div', { className: 'scroll', tabIndex: 0, role: 'region', ariaLabel: `${caption} of ${of}` },
  table(caption, heads, entries, { className: 'data' }));

const section = (id, title, ...children) => element('section', { className: 'card', id, ariaLabel: title.textContent }, element('header', {}, title), ...children);

const operation = (path, method, { summary, description, parameters = [], responses }) => section(idOf(path, method),
  element('h3', {}, element('code', { textContent: `${method.toUpperCase()} ${path}` })),
  element('p', { textContent: summary ?? '' }), element('p', { className: 'quiet small', textContent: description ?? '' }),
  rows(`${method} ${path}`, 'Parameters', ['name', 'in', 'type', 'meaning'], parameters.map(one =>
    [one.name, one.in, cell(type(one.schema)), `${one.description ?? ''}${one.schema?.default === undefined ? '' : ` Default: ${one.schema.default}.`}`])),
  rows(`${method} ${path}`, 'Answers', ['status', 'body', 'meaning'], Object.entries(responses).map(([status, one]) =>
    [status, cell(Object.entries(one.content ?? {}).flatMap(([media, { schema }]) => [...type(schema), ` (${media})`])), one.description ?? ''])));

const schema = (name, { description, properties = {} }) => section(name, element('h3', { textContent: name }), element('p', { className: 'quiet small', textContent: description ?? '' }),
  rows(name, 'Properties', ['name', 'type', 'meaning'], Object.entries(properties).map(([key, one]) => [key, cell(type(one)), one.description ?? ''])));

try {
  const api = await openApi.openApi();
  const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => ({ path, method, one })));
  $('main').append(
    element('nav', { className: 'contents', ariaLabel: 'Operations' }, ...[...Map.groupBy(operations, ({ one }) => one.tags?.[0] ?? 'Other')].map(([tag, of]) => element('div', {},
      element('h2', { textContent: tag }), element('ul', {}, ...of.map(({ path, method, one }) => element('li', {}, link(`#${idOf(path, method)}`, one.summary ?? path))))))),
    element('div', { className: 'operations' },
      element('h1', { textContent: `${api.info.title}, version ${api.info.version}` }), element('p', { className: 'lead', textContent: api.info.description }), element('h2', { textContent: 'Operations' }),
      ...operations.map(({ path, method, one }) => operation(path, method, one)),
      element('h2', { textContent: 'Answers' }), ...Object.entries(api.components.schemas).map(([name, one]) => schema(name, one))));
  sign('live', `OpenAPI ${api.openapi}`);
  if (location.hash.length > 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
} catch (error) {
  $('main').append(element('p', { className: 'notice bad', role: 'alert', textContent: error.message }));
  sign('lost', 'no answer');
}
