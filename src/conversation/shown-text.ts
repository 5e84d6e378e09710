import type { GenerationListener } from '../generation/generation.types';

/**
 * What people see while rounds of tools go on. A text that is visible never becomes shorter: what is being looked up stands
 * under the text so far, and gives way as soon as the next round has said at least as much.
 */
export class ShownText implements GenerationListener {
  private shown = '';
  /** Of the round that goes on. */
  private round = '';

  constructor(private readonly listener: GenerationListener) {}

  text(whole: string): void {
    this.round = whole;
    this.show(whole);
  }

  /** @param line what is being done, as Markdown of one line */
  status(line: string): void {
    this.show([this.round.trim(), line].filter(Boolean).join('\n\n'));
  }

  nextRound(): void {
    this.round = '';
  }

  private show(text: string): void {
    if (text.length < this.shown.length) return;
    this.shown = text;
    this.listener.text(text);
  }
}
