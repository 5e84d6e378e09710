import { editDistance } from '../../shared/edit-distance';

/** Signs that are taken for each other at a glance. */
const ALIKE: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  i: 'l',
  '5': 's',
  rn: 'm',
  vv: 'w',
  _: '-',
  '.': '-',
};

/**
 * Whether somebody could take one name for the other though they are not the same: one sign added, left out, changed or
 * two swapped in the last part, or signs that look alike. Only names under one namespace are each other's business, and
 * any name that differs in its namespace alone.
 */
export function lookAlike(a: string, b: string): boolean {
  if (a === b) return false;
  const [spaceA = '', nameA = ''] = a.split('/');
  const [spaceB = '', nameB = ''] = b.split('/');
  if (glance(a) === glance(b)) return true;
  if (nameA === nameB) return editDistance(spaceA, spaceB) <= 1;
  // Of short names too many differ in one sign only.
  return spaceA === spaceB && Math.min(nameA.length, nameB.length) > 4 && editDistance(nameA, nameB) <= 1;
}

/** The same for names that differ only in signs that look alike. */
export function glance(name: string): string {
  return name.toLowerCase().replace(/rn|vv|[015i_.]/g, (sign) => ALIKE[sign] ?? sign);
}
