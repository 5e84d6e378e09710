import type { EgressDenied } from './egress-gate';

/** In one second: whoever asks a thousand times fills no log. */
const MOST_LINES = 20;

/** Says each denial, and of too many only how many there were. */
export class DenialLines {
  private lines = 0;
  private more = 0;

  constructor(private readonly say: (event: string, more: object) => void) {}

  denied({ target, reason }: EgressDenied): void {
    if (this.lines++ < MOST_LINES) this.say('denied', { target: visible(target), reason });
    else this.more++;
  }

  /** Once a second. */
  look(): void {
    if (this.more > 0) this.say('denied-more', { count: this.more });
    this.lines = this.more = 0;
  }
}

function visible(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 300);
}
