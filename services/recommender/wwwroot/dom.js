// Small ways to make elements; text always goes in as text.

export const $ = id => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(child => child !== null));
  return made;
}

export const text = (id, value) => { if ($(id).textContent !== value) $(id).textContent = value; };
