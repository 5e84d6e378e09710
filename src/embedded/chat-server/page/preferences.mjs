import { actionButton, byId, entitle, icon } from './dom.mjs';
import { keep, kept } from './storage.mjs';
import { chooseLanguage, fillTexts, say } from './texts.mjs';

const KEY = 'rdzen-chat-preferences';
const THEMES = ['auto', 'light', 'dark'];
const THEME_TEXTS = {
  auto: () => say('themeAuto'),
  light: () => say('themeLight'),
  dark: () => say('themeDark'),
};

/** What a person has chosen on this machine: language, colours, whether the cores are shown. */
export class Preferences {
  constructor(serverLanguage) {
    this.values = kept(KEY, {});
    this.serverLanguage = serverLanguage;
    this.listeners = [];
    chooseLanguage(this.values.language, serverLanguage);
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    keep(KEY, this.values);
  }

  /** @param relabel is called when the language changes; the texts of the page itself are filled already. */
  onLanguage(relabel) {
    this.listeners.push(relabel);
  }

  /** Puts the two switches wherever the page has a place for them, and pictures on its buttons. */
  furnish() {
    for (const button of document.querySelectorAll('[data-icon]')) button.append(icon(button.dataset.icon));
    for (const place of document.querySelectorAll('[data-choices]')) {
      place.append(actionButton('icon language', '', 'language'), actionButton('icon theme', '', 'theme'));
      place.addEventListener('click', (event) => {
        const { action } = event.target.closest('[data-action]')?.dataset ?? {};
        if (action === 'theme') this.nextTheme();
        else if (action === 'language') this.otherLanguage();
      });
    }
    this.label();
  }

  nextTheme() {
    const theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length];
    this.set('theme', theme);
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.label();
  }

  otherLanguage() {
    const code = say('otherLanguageCode');
    this.set('language', code);
    chooseLanguage(code, this.serverLanguage);
    this.label();
    for (const relabel of this.listeners) relabel();
  }

  get theme() {
    return THEMES.includes(this.values.theme) ? this.values.theme : 'auto';
  }

  label() {
    fillTexts();
    for (const button of document.querySelectorAll('button.theme')) {
      button.replaceChildren(icon(this.theme));
      entitle(button, THEME_TEXTS[this.theme]());
    }
    for (const button of document.querySelectorAll('button.language')) {
      const code = say('otherLanguageCode').toUpperCase();
      button.textContent = code;
      // What is seen has to be in what is said: somebody may call the button by it.
      entitle(button, `${code}: ${say('otherLanguage')}`);
      button.lang = say('otherLanguageCode');
    }
  }
}

/** A short word at the edge of the page; it goes by itself. */
export function toast(text) {
  const node = byId('toast');
  node.textContent = text;
  node.classList.add('shown');
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    node.classList.remove('shown');
    node.textContent = '';
  }, 3500);
}
