import type { Language } from '../config/settings';

/** With one digit after the point, or the comma. */
export function rounded(value: number, language: Language): string {
  return value.toLocaleString(language, { maximumFractionDigits: 1 });
}
