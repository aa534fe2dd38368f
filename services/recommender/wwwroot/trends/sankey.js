// A Sankey diagram: categories now on the left, next on the right, each as high as its share, and what flows between them.

import { shape } from '../shared/dom.js';
import { percent } from '../shared/format.js';
import { tint } from '../shared/hue.js';

export const OTHER = '(other)';

const BAR = 12, SCALE = 460, LEAST = 20; // pixels: a bar's width, the height of all interest, a line of text
const SEEN = 0.0005; // flows below it would be no more than a hair

/** @param categories { category, current, next } @param flows flows[from][to], shares of all interest @param onCategory called with the category chosen on the right */
export function draw(categories, flows, hue, width, onCategory) {
  const rows = categories.map((_, i) => i);
  const [left, right] = [lay(categories.map(one => one.current)), lay(categories.map(one => one.next))];
  const height = Math.max(left.height, right.height);
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': 'Flows of interest between categories' });
  const ribbons = shape('g', { 'aria-hidden': 'true' });
  const out = [...left.tops], into = [...right.tops]; // where the next flow starts and ends
  for (const from of rows) {
    for (const to of rows) {
      const thick = flows[from][to] * SCALE;
      if (flows[from][to] >= SEEN) ribbons[from === to ? 'prepend' : 'append'](ribbon(categories[from].category, categories[to].category, out[from], into[to], thick, width, hue.get(categories[from].category), flows[from][to]));
      out[from] += thick;
      into[to] += thick;
    }
  }

  svg.append(ribbons);
  rows.forEach(i => {
    const { category, current, next } = categories[i];
    if (current >= SEEN) svg.append(bar(0, left.tops[i], current, hue.get(category)), name(BAR + 6, left.tops[i] + current * SCALE / 2, 'start', category, current, width));
    if (next < SEEN) return;
    svg.append(bar(width - BAR, right.tops[i], next, hue.get(category)));
    const label = name(width - BAR - 6, right.tops[i] + next * SCALE / 2, 'end', category, next, width);
    svg.append(category === OTHER ? label : choice(category, current, next, label, onCategory));
  });
  return svg;
}

/** One below the other, each that is seen with room for its name. */
function lay(shares) {
  let height = 4;
  const tops = shares.map(share => {
    const [own, room] = [share * SCALE, share < SEEN ? 0 : Math.max(share * SCALE + 4, LEAST)];
    const top = height + (room - own) / 2;
    height += room;
    return top;
  });
  return { tops, height: height + 4 };
}

function ribbon(from, to, y0, y1, thick, width, hue, share) {
  const [x0, x1, middle] = [BAR, width - BAR, width / 2];
  const d = `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}v${thick}C${middle},${y1 + thick} ${middle},${y0 + thick} ${x0},${y0 + thick}Z`;
  return tint(shape('path', { class: from === to ? 'flow stays' : 'flow', d }, shape('title', {}, `${from} to ${to}: ${(share * 100).toFixed(2)}%`)), hue);
}

const bar = (x, y, share, hue) => tint(shape('rect', { class: 'node', x, y, width: BAR, height: Math.max(1, share * SCALE), rx: Math.min(3, share * SCALE / 2) }), hue);

function name(x, y, anchor, category, share, width) {
  const most = Math.max(8, Math.floor(width / 2 / 8.5) - 5); // letters that fit in half of the width beside the figure
  const short = category === OTHER ? 'all others' : category.length > most ? `${category.slice(0, most - 1)}…` : category;
  return shape('text', { class: 'name', x, y, 'text-anchor': anchor, 'dominant-baseline': 'central' }, `${short} ${percent(share)}`);
}

function choice(category, current, next, label, onCategory) {
  const made = shape('a', { href: `?category=${encodeURIComponent(category)}` }, label, shape('title', {}, `${category}: ${percent(current)} now, ${percent(next)} predicted. Show whose interest rises`));
  made.dataset.category = category;
  made.addEventListener('click', event => {
    event.preventDefault();
    onCategory(category);
  });
  return made;
}
