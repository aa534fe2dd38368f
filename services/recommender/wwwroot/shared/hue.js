// One hue for a category, the same on every page; within one chart no two share it while there are hues left.

const HUES = [185, 25, 265, 95, 330, 145, 55, 225, 300, 120, 0, 205];

/** FNV-1a, 32 bits. */
export const hash = text => [...text].reduce((sum, char) => Math.imul(sum ^ char.codePointAt(0), 0x01000193) >>> 0, 0x811c9dc5);

export const hue = category => HUES[hash(category) % HUES.length];

/** Category -> hue, those first in the list first. */
export function hues(categories) {
  const taken = new Map();
  for (const category of categories) {
    let at = hash(category) % HUES.length;
    while (taken.size < HUES.length && [...taken.values()].includes(HUES[at])) at = (at + 1) % HUES.length;
    taken.set(category, HUES[at]);
  }

  return taken;
}

export function tint(node, degrees) {
  node.style.setProperty('--hue', degrees);
  return node;
}
