import { join } from 'node:path';
import type { Settings } from '../../config/settings';

/** Where in the data folder the catalogue keeps its things: `sources.json`, `cache/`, `images/`. */
export const catalogueFolder = ({ RDZEN_DATA }: Settings): string => join(RDZEN_DATA, 'catalogue');
