// Small ways to make elements; text always goes in as text.

export const $ = id => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(child => child !== null));
  return made;
}

/** An SVG element. */
export function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export const text = (id, value) => { if ($(id).textContent !== value) $(id).textContent = value; };

/** A button that does something. */
export function button(label, onClick, properties = {}) {
  const made = element('button', { type: 'button', textContent: label, ...properties });
  made.addEventListener('click', onClick);
  return made;
}

export const link = (href, label, properties = {}) => element('a', { href, textContent: label, ...properties });

/** A table: heads and, for each row, its head and its cells; a cell is text or a node. */
export const table = (caption, heads, rows, properties = {}) => element('table', properties,
  element('caption', { textContent: caption }),
  element('thead', {}, element('tr', {}, ...heads.map(head => element('th', { scope: 'col', textContent: head })))),
  element('tbody', {}, ...rows.map(([head, ...cells]) => element('tr', {}, element('th', { scope: 'row' }, head), ...cells.map(cell => element('td', {}, cell))))));

/** Draws a chart now and whenever its place changes its width. */
export function fit(place, draw) {
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(place.clientWidth);
    if (width > 0 && width !== drawn) draw(drawn = width);
  }).observe(place);
}
