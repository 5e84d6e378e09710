import { SeededRandom } from '../../support/seeded-random';

/** Chance for one concern of one run. Each stream is a sequence of its own: what one draws does not shift the others. */
export class Dice extends SeededRandom {
  constructor(seed: number, stream: string) {
    super(hash(`${seed}/${stream}`));
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  /** Both ends included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.whole(0, list.length - 1)];
    if (picked === undefined) throw new Error('Nothing to pick from');
    return picked;
  }
}

/** FNV-1a with a final mix: 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
