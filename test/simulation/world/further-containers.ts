import { CoreContainers, type CoreContainerSpec } from '../../../src/containers/core-containers';
import type { Clock } from '../../../src/shared/clock';
import { urlOf } from './cores';
import type { Dice } from './dice';

/** Where containers of further cores come to be and go; it outlives the gateway. */
export interface FurtherMachine {
  /** Makes and starts it where it is not there. */
  add(id: number): void;
  /** Ends it for good; what is gone already is no error. */
  remove(id: number): void;
}

/** The engine as it makes and removes containers: what was asked for is done, whatever becomes of the process that asked. */
export class FurtherContainers extends CoreContainers {
  constructor(
    private readonly clock: Clock,
    private readonly machine: FurtherMachine,
    private readonly dice: Dice,
  ) {
    super();
  }

  adopt(): Promise<void> {
    return Promise.resolve();
  }

  async make({ name }: CoreContainerSpec): Promise<{ url: string }> {
    const id = idOf(name);
    await this.clock.sleep(this.dice.whole(100, 2_000));
    this.machine.add(id);
    await this.clock.sleep(this.dice.whole(10, 300));
    return { url: urlOf(id) };
  }

  async remove(name: string): Promise<void> {
    await this.clock.sleep(this.dice.whole(10, 500));
    this.machine.remove(idOf(name));
    await this.clock.sleep(this.dice.whole(10, 200));
  }
}

const FIRST_FURTHER = 11;

export function isFurther(id: number): boolean {
  return id >= FIRST_FURTHER;
}

/** Of the container: the product names those of further cores after the installation. */
export function nameOf(id: number): string {
  return isFurther(id) ? `rdzen-core${id}` : `core${id}`;
}

/** `core2`, `rdzen-core11` -> their number. */
export function idOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0]);
}
