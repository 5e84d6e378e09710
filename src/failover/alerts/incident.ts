/** For how long trouble has to last before it is told, and calm before it counts as over, ms. */
export interface Patience {
  opensAfterMs: number;
  closesAfterMs: number;
}

/** An incident as it is followed. Times are monotonic ms. */
export interface Incident {
  open: boolean;
  /** Since when what is seen speaks for the other side. */
  turningSince?: number;
}

/**
 * Trouble that comes and goes faster than one can act is no incident, and an incident that pauses is not over.
 *
 * @param trouble undefined: nothing can be said of it now, and nothing changes
 * @returns what the incident does now, if anything
 */
export function follow(
  incident: Incident,
  trouble: boolean | undefined,
  now: number,
  { opensAfterMs, closesAfterMs }: Patience,
): { incident: Incident; turn?: 'begins' | 'ends' } {
  if (trouble === undefined) return { incident };
  const { open } = incident;
  if (trouble === open) return { incident: { open } };
  const turningSince = incident.turningSince ?? now;
  if (now - turningSince < (open ? closesAfterMs : opensAfterMs)) return { incident: { open, turningSince } };
  return { incident: { open: trouble }, turn: trouble ? 'begins' : 'ends' };
}
