// Experiments: what each variant showed and what came of it, with intervals, differences and the sample-ratio check.

import { keep, sign } from '../shared/frame.js';
import * as api from '../shared/api.js';
import { $, element, table } from '../shared/dom.js';
import { percent, rate, signed } from '../shared/format.js';
import { range, row } from './intervals.js';

const open = new Set(); // experiments whose details are open

async function refresh() {
  const { experiments } = await api.experiments();
  const results = await Promise.all(experiments.map(experiment => api.experiment(experiment.name)));
  sign('live', experiments.length === 1 ? '1 experiment' : `${experiments.length} experiments`);
  $('none').hidden = experiments.length > 0;
  if (document.activeElement?.closest('#experiments')) return; // nothing is taken from under a reader
  $('experiments').replaceChildren(...results.map(card));
}

function card(result) {
  const { settings, variants, sampleRatio, confidenceLevel } = result;
  const shadows = settings.variants.filter(variant => variant.shadow).map(variant => variant.name);
  const made = element('section', { className: 'card experiment', ariaLabel: `Experiment ${settings.name}` },
    element('header', {}, element('h2', { textContent: settings.name }), element('p', { className: 'quiet small', textContent: `${percent(settings.traffic)} of the shoppers left by the experiments before it` })),
    ratio(sampleRatio, variants));
  if (shadows.length > 0) made.append(element('p', { className: 'quiet small', textContent: `In the shadow, computed and compared but not served: ${shadows.join(', ')}.` }));
  made.append(counts(settings, variants),
    metric('Click-through', `clicks over impressions; ${percent(confidenceLevel)} intervals`, variants, 'clickThrough'),
    metric('Conversion', `shoppers who bought what they were shown; ${percent(confidenceLevel)} intervals`, variants, 'conversion'),
    details(settings, variants));
  return made;
}

function ratio(check, variants) {
  if (check === null) return element('p', { className: 'notice', textContent: variants.length < 2 ? 'One variant alone compares nothing; it is counted.'
    : variants.some(variant => variant.users > 0) ? 'Too few shoppers yet to check the proportion of the weights.' : 'No shopper has taken part yet. Shoppers count from their first impression, click or purchase that an answer led to.' });
  const figures = `chi-square ${check.chiSquare.toFixed(2)}, p = ${p(check.pValue)}`;
  return check.mismatch
    ? element('p', { className: 'notice bad', textContent: `Sample-ratio mismatch (${figures}): shoppers were lost on the way. Trust no comparison below until you know where.` })
    : element('p', { className: 'notice good', textContent: `Shoppers came in the proportion of the weights (${figures}).` });
}

function counts(settings, variants) {
  const figure = value => element('span', { textContent: value.toLocaleString() });
  const weights = new Map(settings.variants.map(variant => [variant.name, variant]));
  return element('div', { className: 'scroll', tabIndex: 0, role: 'region', ariaLabel: `${settings.name}: counts` },
    table('What was shown and what came of it', ['Variant', 'Shows', 'Weight', 'Shoppers', 'Impressions', 'Clicks', 'Purchases', 'Coverage'], variants.map(variant => {
      const { source, model, weight, diversity } = weights.get(variant.name);
      return [variant.name, `${source === 'trending' ? 'trending items' : `the model’s${model === null ? '' : ` (${model})`}`}${diversity === null ? '' : `, diversity ${diversity}`}`, String(weight),
        figure(variant.users), figure(variant.impressions), figure(variant.clicks), figure(variant.purchases), variant.coverage === null ? '–' : rate(variant.coverage)];
    }), { className: 'data' }));
}

/** Each variant's estimate on one scale, and each difference from the first on another. */
function metric(title, subtitle, variants, name) {
  const [first, ...others] = variants;
  const differences = others.map(variant => ({ variant, difference: variant[`${name}Difference`] }));
  const scale = range(variants.map(variant => variant[name]).filter(Boolean), 0);
  const apart = range(differences.map(one => one.difference).filter(Boolean), 0, true);
  return element('div', { className: 'metric' },
    element('header', { className: 'head' }, element('h3', { textContent: title }), element('span', { className: 'quiet small', textContent: subtitle })),
    element('ul', { className: 'estimates' }, ...variants.map(variant => row(variant.name, variant[name], scale, rate))),
    others.length === 0 ? null : element('h4', { textContent: `Difference from ${first.name}` }),
    others.length === 0 ? null : element('ul', { className: 'estimates' }, ...differences.map(({ variant, difference }) =>
      row(variant.name, difference, apart, value => signed(value, share => `${Number((share * 100).toPrecision(2))} pt`), verdict(difference)))));
}

const verdict = difference => difference === null ? '' : difference.significant
  ? `${difference.value > 0 ? 'higher' : 'lower'}, p = ${p(difference.pValue)}` : `no difference shown, p = ${p(difference.pValue)}`;

const p = value => value < 0.0001 ? '< 0.0001' : value.toFixed(value < 0.01 ? 4 : 2);

function details(settings, variants) {
  const made = element('details', { open: open.has(settings.name) }, element('summary', { textContent: 'By position and model version' }),
    ...variants.flatMap(variant => [
      table(`${variant.name}, by position`, ['Position', 'Impressions', 'Clicks', 'Purchases'], variant.byPosition.map(one => [one.position, one.impressions, one.clicks, one.purchases].map(String)), { className: 'data' }),
      table(`${variant.name}, by model version`, ['Model', 'Impressions', 'Clicks', 'Purchases'],
        variant.byModelVersion.map(one => [one.modelVersion ?? 'none', ...[one.impressions, one.clicks, one.purchases].map(String)]), { className: 'data' })]));
  made.addEventListener('toggle', () => made.open ? open.add(settings.name) : open.delete(settings.name));
  return made;
}

keep(10_000, refresh, $('trouble'));
