import type { Rating, RatingReason } from './trial-report';

/** What a rating is made of; nothing a component says of itself. */
export interface RatingFacts {
  network: 'none' | 'wanted';
  effects: readonly ('read' | 'write' | 'destructive')[];
  signed: boolean;
  state: boolean;
  secrets: boolean;
  /** Something a person has to look at. */
  review: boolean;
  triedNetwork: boolean;
  failed: boolean;
}

const START = 5;
const LEAST = 1;
const MOST = 8;
const FAILED_MOST = 2;

/** In the spirit of Home Assistant's security rating of add-ons: from the middle, up and down for stated reasons. */
export function rate(facts: RatingFacts): Rating {
  const reasons: RatingReason[] = [];
  const add = (when: boolean, reason: RatingReason['reason'], points: number): void => {
    if (when) reasons.push({ reason, points });
  };
  add(facts.network === 'none', 'no-network', 1);
  add(facts.network === 'wanted', 'wants-network', -2);
  add(facts.effects.length > 0 && facts.effects.every((effect) => effect === 'read'), 'reads-only', 1);
  add(facts.effects.includes('destructive'), 'destructive-tools', -1);
  add(facts.signed, 'signed', 1);
  add(facts.state, 'keeps-state', -1);
  add(facts.secrets, 'wants-secrets', -1);
  add(facts.review, 'for-review', -1);
  add(facts.triedNetwork, 'tried-network', -2);
  const sum = reasons.reduce((total, { points }) => total + points, START);
  if (!facts.failed) return { value: Math.min(MOST, Math.max(LEAST, sum)), reasons };
  const value = Math.min(FAILED_MOST, Math.max(LEAST, sum));
  return { value, reasons: [...reasons, { reason: 'did-not-pass', points: Math.min(0, value - sum) }] };
}
