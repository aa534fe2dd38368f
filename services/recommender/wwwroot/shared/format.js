// Numbers, money and times as people read them.

export const percent = share => share > 0 && share < 0.005 ? '<1%' : `${Math.round(share * 100)}%`;

/** For small rates: three digits. */
export const rate = share => `${Number((share * 100).toPrecision(3))}%`;

export const signed = (value, format) => `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;

export const points = delta => signed(delta, value => `${value < 0.1 ? (value * 100).toFixed(1) : Math.round(value * 100)} pt`);

export function money(price, currency) {
  if (price === null || price === undefined) return '';
  try {
    return new Intl.NumberFormat(undefined, currency ? { style: 'currency', currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(price);
  } catch {
    return `${price.toFixed(2)} ${currency}`; // not an ISO 4217 code
  }
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor(ms / 1000) % 60} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${Math.floor(ms / 60_000) % 60} min`;
  return `${Math.floor(ms / 86_400_000)} d ${Math.floor(ms / 3_600_000) % 24} h`;
}

export const moment = text => text
  ? new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
  : '–';

/** A time of day, with the date where it is another day than the reference's. */
export function clock(text, reference) {
  const at = new Date(text);
  const time = at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  return at.toDateString() === new Date(reference).toDateString() ? time : `${at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })} ${time.slice(0, 5)}`;
}
