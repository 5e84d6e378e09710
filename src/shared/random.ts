const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** The only source of chance for domain code, so that a seed can replay a run. */
export abstract class Random {
  /** Uniform in [0, 1). */
  abstract fraction(): number;

  /** `count` unpredictable bytes (predictable only in a seeded test double). */
  abstract bytes(count: number): Buffer;

  /** `value` spread evenly over +-`share` of itself: jitter(1000, 0.1) lies in [900, 1100). */
  jitter(value: number, share: number): number {
    return value * (1 - share + 2 * share * this.fraction());
  }

  /** An identifier of `length` letters and digits without look-alikes. */
  id(length = 17): string {
    return Array.from(this.bytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  }
}
