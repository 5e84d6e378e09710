import type { Clock } from '../../../src/shared/clock';
import type { Cores } from './cores';
import { Dice } from './dice';
import { type FurtherMachine, isFurther, nameOf } from './further-containers';

/** After which whoever watches a core knows that it answers nothing. */
const SILENT_MS = 10_000;

/** What a change of the set means for the rest of the world. */
export interface CoreSetSurroundings {
  readonly plan: { seed: number };
  readonly clock: Clock;
  readonly cores: Cores;
  readonly gateway?: { startedAt: number };
  trace(tell: () => string): void;
  coreEvent(id: number, type: 'stopped' | 'started'): void;
}

/** Which cores have a container. Further ones come and go. */
export class CoreSet implements FurtherMachine {
  /** Further cores that were well and ended in the middle of an answer. */
  readonly removedWriting: number[] = [];
  /** Further cores that were well and ended when no other was. */
  readonly removedLast: number[] = [];
  private readonly numbers: number[];

  constructor(
    configured: readonly number[],
    private readonly world: CoreSetSurroundings,
  ) {
    this.numbers = [...configured];
  }

  get ids(): readonly number[] {
    return this.numbers;
  }

  has(id: number): boolean {
    return this.numbers.includes(id);
  }

  add(id: number): void {
    if (this.has(id)) return;
    const { plan, cores } = this.world;
    this.world.trace(() => `${nameOf(id)} is made`);
    this.numbers.push(id);
    cores.furnish(id, new Dice(plan.seed, `core ${id}`));
    cores.of(id).restart();
    this.world.coreEvent(id, 'started');
  }

  remove(id: number): void {
    const at = this.numbers.indexOf(id);
    if (at < 0 || !isFurther(id)) return;
    const { cores, gateway } = this.world;
    this.world.trace(() => `${nameOf(id)} is removed`);
    // What a process that is dead has asked for, nobody waits for.
    const writes = [...cores.writing].some(
      ({ core, since }) => core === id && gateway !== undefined && since > gateway.startedAt,
    );
    if (writes && !cores.wasUnwell(id, 0)) this.removedWriting.push(id);
    const others = this.numbers.filter((other) => other !== id);
    if (!cores.wasUnwell(id, 0) && others.every((other) => cores.isSilentFor(other, SILENT_MS)))
      this.removedLast.push(id);
    this.numbers.splice(at, 1);
    cores.of(id).kill();
    cores.gone(id);
    this.world.coreEvent(id, 'stopped');
  }
}
