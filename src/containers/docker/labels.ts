/** Ours to do anything with. */
export const MANAGED = 'rdzen.managed';
/** Of others: we look at it, and may restart it. */
export const WATCHED = 'rdzen.watched';
/** Which Rdzen made it: a name of its data folder. */
export const OWNER = 'rdzen.owner';
/** Which life of that Rdzen. What an earlier one left is removed. */
export const RUN = 'rdzen.run';
/** Epoch seconds after which it is removed, whoever made it. */
export const EXPIRES = 'rdzen.expires';
/** Id of the container that this one takes the place of. */
export const REPLACES = 'rdzen.replaces';

/** Who makes things here. */
export interface Maker {
  /** Of the data folder: the same after every restart. */
  owner: string;
  /** Of this life of the process. */
  run: string;
}

export function labelsOf({ owner, run }: Maker, own: Record<string, string> = {}): Record<string, string> {
  return { ...own, [MANAGED]: 'true', [OWNER]: owner, [RUN]: run };
}
