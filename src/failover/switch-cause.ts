import type { Transition } from '../core-registry/core.types';
import { BY_PREFERENCE, BY_SLOWNESS } from './failover-notices';

/** Why the cluster moved of its own accord, in a word that every language has a sentence for. */
export const SWITCH_CAUSES = [
  'died',
  'stopped',
  'paused',
  'cut-off',
  'unreachable',
  'silent',
  'hung',
  'model-missing',
  'not-up',
  'unconfigured',
  'slow',
  'preferred',
  'other',
] as const;
export type SwitchCause = (typeof SWITCH_CAUSES)[number];

/** Who wanted a switch: the failure of a core, ourselves, or somebody. */
export type SwitchOrigin = 'automatic' | 'planned' | 'by-hand';

export function originOf({ by }: Pick<Transition, 'by'>): SwitchOrigin {
  if (by === 'automatic') return 'automatic';
  return by.startsWith('rdzen:') ? 'planned' : 'by-hand';
}

/** By what the verdict on the core says, first match first; the sentences are those of the health monitor. */
const BY_EVIDENCE: readonly [RegExp, SwitchCause][] = [
  [/\bits process died\b/, 'died'],
  [/^it (was|is) stopped\b/, 'stopped'],
  [/^it was paused\b/, 'paused'],
  [/^it was cut off\b/, 'cut-off'],
  [/^it answers but does not generate\b/, 'hung'],
  [/\bis not installed there\b|\bis not in the data folder\b/, 'model-missing'],
  [/\btook more than\b|\bwas silent for\b|\bETIMEDOUT\b|\bno (connection|answer|token) within\b/, 'silent'],
  [/^https?:\/\//, 'unreachable'],
];

export function causeOf({ by, cause, evidence }: Pick<Transition, 'by' | 'cause' | 'evidence'>): SwitchCause {
  if (by === BY_SLOWNESS) return 'slow';
  if (by === BY_PREFERENCE) return 'preferred';
  if (/\bdid not come up$/.test(cause)) return 'not-up';
  if (/\bis gone$/.test(cause)) return 'unconfigured';
  return BY_EVIDENCE.find(([pattern]) => pattern.test(evidence))?.[1] ?? 'other';
}
