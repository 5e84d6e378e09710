import { timeOf } from './connection.mjs';
import { make } from './dom.mjs';
import { currentLanguage, say } from './texts.mjs';

const DAY_MS = 24 * 3600_000;
const UNITS = ['B', 'kB', 'MB', 'GB'];

/** The time of day; the whole date stands in its title. */
export function clock(ts) {
  const date = new Date(timeOf(ts));
  const language = currentLanguage();
  const node = make('time', '', date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }));
  node.dateTime = date.toISOString();
  node.title = date.toLocaleString(language, { dateStyle: 'full', timeStyle: 'medium' });
  return node;
}

/** Two messages with the same value were written on the same day. */
export function dayOf(time) {
  return new Date(time).toDateString();
}

export function dayName(time) {
  const date = new Date(time);
  if (dayOf(time) === dayOf(Date.now())) return say('today');
  if (dayOf(time) === dayOf(Date.now() - DAY_MS)) return say('yesterday');
  const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' };
  return date.toLocaleDateString(currentLanguage(), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...year,
  });
}

/** `58 MB`, `3.1 MB`, `812 kB`. */
export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, unit > 0 && value < 10 ? 1 : 0)} ${UNITS[unit]}`;
}

/** `25 s`, `3 min`. */
export function duration(seconds) {
  return seconds < 100 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

export function number(value, digits = 0) {
  return value.toLocaleString(currentLanguage(), { maximumFractionDigits: digits });
}

/** Who types, as one line. */
export function typingText(names) {
  if (names.length === 0) return '';
  return names.length === 1
    ? say('isTyping', { name: names[0] })
    : say('areTyping', { names: names.join(', ') });
}
