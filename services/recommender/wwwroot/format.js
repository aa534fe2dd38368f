// Numbers, money and times as people read them.

export const percent = share => share > 0 && share < 0.005 ? '<1%' : `${Math.round(share * 100)}%`;

export const points = delta => {
  const value = Math.abs(delta * 100);
  return `${delta < 0 ? '−' : '+'}${value < 10 ? value.toFixed(1) : Math.round(value)} pt`;
};

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
