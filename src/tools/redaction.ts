import type { ToolAnswer } from '../mcp/mcp-session';

/** Shorter ones would hide half of every text. */
const SHORTEST = 4;
const MARK = '[secret]';

/** Takes the secrets of one component out of whatever it says, in the spellings in which programs tend to repeat them. */
export class Redaction {
  private readonly forms: string[];

  constructor(secrets: Iterable<string>) {
    const forms = new Set<string>();
    for (const secret of secrets) {
      if (secret.length < SHORTEST) continue;
      forms.add(secret);
      forms.add(JSON.stringify(secret).slice(1, -1));
      forms.add(encodeURIComponent(secret));
      forms.add(Buffer.from(secret).toString('base64'));
      forms.add(Buffer.from(secret).toString('hex'));
    }
    // The longest first: one may be a part of another.
    this.forms = [...forms].sort((a, b) => b.length - a.length);
  }

  text(given: string): string {
    return this.forms.reduce((text, form) => text.replaceAll(form, MARK), given);
  }

  answer(given: ToolAnswer): ToolAnswer {
    if (this.forms.length === 0) return given;
    return {
      ...given,
      content: given.content.map((part) =>
        part.text === undefined ? part : { ...part, text: this.text(part.text) },
      ),
      ...(given.structured === undefined ? {} : { structured: this.value(given.structured) }),
    };
  }

  private value(given: unknown): unknown {
    if (typeof given === 'string') return this.text(given);
    if (Array.isArray(given)) return given.map((one) => this.value(one));
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([name, one]) => [this.text(name), this.value(one)]));
  }
}
