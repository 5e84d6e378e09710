/** How far a source is trusted. From one that is not, components can only be installed by hand. */
export const TRUST = ['shipped', 'trusted', 'untrusted'] as const;
export type Trust = (typeof TRUST)[number];

export function moreTrusted(a: Trust, b: Trust): boolean {
  return TRUST.indexOf(a) < TRUST.indexOf(b);
}
