import { ENGLISH, ENGLISH_TERMS } from './texts-en.mjs';
import { POLISH, POLISH_TERMS } from './texts-pl.mjs';

export const TEXTS = { en: ENGLISH, pl: POLISH };
export const TERMS = { en: ENGLISH_TERMS, pl: POLISH_TERMS };
const FORMS = { one: 0, few: 1 };

let language = 'en';

/** The person's own choice, else the browser's language where we have it, else the server's. */
export function chooseLanguage(chosen, serverLanguage) {
  const wished = [chosen, ...(navigator.languages ?? [navigator.language]), serverLanguage];
  const known = wished.map((tag) => String(tag).slice(0, 2).toLowerCase()).find((tag) => tag in TEXTS);
  language = known ?? 'en';
  document.documentElement.lang = language;
}

export function say(key, values = {}) {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ''));
}

/** Why something did not work; what the browser calls a failed request says nothing to a person. */
export function failure(error) {
  return say('failed', { reason: error.status === undefined ? say('noAnswer') : error.message });
}

/** A text with the forms that one, two to four, and more take. */
export function sayCount(key, count, values = { count }) {
  const forms = TEXTS[language][key].split('|');
  const form = forms[FORMS[new Intl.PluralRules(language).select(count)] ?? 2];
  return form.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ''));
}

/** A word of the gateway's in the person's language; one that we do not know stands as it is. */
export function term(kind, name) {
  return TERMS[language][kind][name] ?? String(name ?? '');
}

export function currentLanguage() {
  return language;
}

/** Fills the elements of the page that name a text. */
export function fillTexts(root = document) {
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);
  for (const element of root.querySelectorAll('[data-title]')) {
    element.title = say(element.dataset.title);
    element.setAttribute('aria-label', element.title);
  }
  for (const element of root.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset.label));
  }
  for (const element of root.querySelectorAll('[data-placeholder]')) {
    element.placeholder = say(element.dataset.placeholder);
    element.setAttribute('aria-label', element.placeholder);
  }
}
