import type { Scene } from './scene';

export interface Fault {
  name: string;
  /** Within so long everything goes on, elsewhere if need be; what is written and shown then takes its own time. */
  boundMs: number;
  /** By then another core is active, where it takes a second proof to leave one that new work avoids already. */
  provenMs?: number;
  /** How often the gateway may change cores over it by itself: at least, at most. */
  switches: readonly [number, number];
  /** The gateway remembers it, so that it is a new one that meets the next fault. A switch by itself does that anyway. */
  wears?: true;
  /** Quick: the gateway may stand still meanwhile. */
  strike(scene: Scene): Promise<void> | void;
  /** What goes on after the blow while people wait, the fault's end included where it has one. */
  then?(scene: Scene): Promise<void>;
}
