import type { Language } from '../config/settings';
import type { Catalogue } from './catalogue';
import { EN } from './texts-en';
import { PL } from './texts-pl';

const CATALOGUES: Record<Language, Catalogue> = { en: EN, pl: PL };

export const LANGUAGES = Object.keys(CATALOGUES) as Language[];

/** The catalogue of a language. */
export function texts(language: Language): Catalogue {
  return CATALOGUES[language];
}
