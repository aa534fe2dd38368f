// The service's own OpenAPI document, to be read.

import { $, element, text } from './dom.js';

const answer = await fetch('openapi/v1.json');
if (!answer.ok) {
  text('live', `openapi/v1.json: the server answered ${answer.status}`);
  throw new Error('no document');
}
const api = await answer.json();
const last = reference => reference.split('/').at(-1);

/** A schema as a short text, with a link to what it names. */
function type(schema) {
  if (!schema) return [];
  if (schema.$ref) return [element('a', { href: `#${last(schema.$ref)}`, textContent: last(schema.$ref) })];
  if (schema.oneOf) return schema.oneOf.flatMap((one, i) => i ? [' or ', ...type(one)] : type(one));
  const names = [schema.type].flat();
  if (names.includes('array')) return ['array of ', ...type(schema.items), names.includes('null') ? ' or null' : ''];
  return [names.join(' or ') + (schema.format ? ` (${schema.format})` : '')];
}

function table(caption, heads, rows) {
  if (rows.length === 0) return null;
  return element('table', {}, element('caption', { className: 'quiet small', textContent: caption }),
    element('thead', {}, element('tr', {}, ...heads.map(head => element('th', { scope: 'col', textContent: head })))),
    element('tbody', {}, ...rows.map(([name, ...cells]) => element('tr', {}, element('th', { scope: 'row', textContent: name }), ...cells.map(cell => element('td', {}, ...cell))))));
}

function operation(path, method, { summary, description, parameters = [], responses }) {
  const card = element('section', { className: 'card reference' },
    element('header', {}, element('h3', {}, element('code', { textContent: `${method.toUpperCase()} ${path}` }))),
    element('p', { textContent: summary ?? '' }), element('p', { className: 'quiet small', textContent: description ?? '' }),
    table('Parameters', ['name', 'in', 'type', 'meaning'], parameters.map(one =>
      [one.name, [one.in], type(one.schema), [one.description ?? '', one.schema?.default === undefined ? '' : ` Default: ${one.schema.default}.`]])),
    table('Answers', ['status', 'body', 'meaning'], Object.entries(responses).map(([status, one]) =>
      [status, Object.entries(one.content ?? {}).flatMap(([media, { schema }]) => [...type(schema), ` (${media})`]), [one.description ?? '']])));
  card.setAttribute('aria-label', `${method.toUpperCase()} ${path}`);
  return card;
}

function schema(name, { description, properties = {} }) {
  const card = element('section', { className: 'card reference', id: name },
    element('header', {}, element('h3', { textContent: name })), element('p', { className: 'quiet small', textContent: description ?? '' }),
    table('Properties', ['name', 'type', 'meaning'], Object.entries(properties).map(([key, one]) => [key, type(one), [one.description ?? '']])));
  card.setAttribute('aria-label', name);
  return card;
}

$('main').append(
  element('h2', { textContent: `${api.info.title}, version ${api.info.version}` }), element('p', { className: 'quiet', textContent: api.info.description }),
  ...Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => operation(path, method, one))),
  element('h2', { textContent: 'Answers' }), ...Object.entries(api.components.schemas).map(([name, one]) => schema(name, one)));
$('live').dataset.state = 'live';
text('live', `OpenAPI ${api.openapi}`);
