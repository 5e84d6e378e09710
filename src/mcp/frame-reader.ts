import { jsonExtent } from './json-extent';
import { LineBuffer } from './line-buffer';
import { TokenBucket } from './token-bucket';
import { visibleExcerpt } from './visible-excerpt';

export type JsonObject = Record<string, unknown>;

export const VIOLATIONS = [
  'line-too-long',
  'not-utf8',
  'not-json',
  'not-a-message',
  'too-deep',
  'too-many-values',
  'too-many-messages',
] as const;
export type ViolationKind = (typeof VIOLATIONS)[number];

/** What a server sent that is no message. `detail` is for people and holds no sign that nobody sees; `at`: the clock value given. */
export interface FrameViolation {
  kind: ViolationKind;
  detail: string;
  at: number;
}

export type Frame = { message: JsonObject } | { violation: FrameViolation };

export interface FrameLimits {
  /** Bytes of a line without its end; 4 MiB. */
  lineBytes: number;
  /** Levels of nesting; 64. */
  depth: number;
  /** Values in one line: a short line may stand for much memory; 250,000. */
  values: number;
  /** Messages; 500 a second and 1,000 at once. Answers, and all others, each for themselves. */
  perSecond: number;
  burst: number;
  /** Lines that are looked at at all, right or wrong; 20,000 a second, a quarter of that at once. */
  linesPerSecond: number;
}

export const DEFAULT_FRAME_LIMITS: Readonly<FrameLimits> = {
  lineBytes: 4 * 1024 * 1024,
  depth: 64,
  values: 250_000,
  perSecond: 500,
  burst: 1_000,
  linesPerSecond: 20_000,
};

/** Of each kind: that many are told at once, then one a second; the others are only counted. */
const REPORTS_AT_ONCE = 10;
const REPORTS_PER_SECOND = 1;
const NEWLINE = 0x0a;
/** Found wrong; what a person is told of it costs time, and mostly nobody is. */
interface Wrong {
  kind: ViolationKind;
  detail: () => string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * What a component writes, taken apart into messages: one JSON object, or batch of objects, a line (MCP 2025-11-25, stdio
 * transport; JSON-RPC 2.0). The component is not trusted: whatever it sends, this holds at most one line of memory, never
 * throws, and tells what was wrong as data. A line that breaks a rule is dropped and the next one is read. Whether a
 * message means anything is for the reader's owner to judge.
 *
 * Answers have a rate of their own, so that a flood of notifications does not drown the one that is waited for. What comes
 * faster than it can be looked at is dropped unread, answers too; whoever sees that happen should stop the component.
 */
export class FrameReader {
  private readonly limits: FrameLimits;
  private readonly line: LineBuffer;
  private readonly rates: { lines: TokenBucket; answers: TokenBucket; others: TokenBucket };
  private readonly broken = new Map<ViolationKind, { times: number; reports: TokenBucket }>();
  private readonly tooLong: Wrong;
  private readonly tooManyLines: Wrong;
  private readonly tooManyMessages: Wrong;
  /** Within a line that is too long, until it ends. */
  private skipping = false;

  constructor(limits: Partial<FrameLimits> = {}) {
    this.limits = { ...DEFAULT_FRAME_LIMITS, ...limits };
    for (const [name, value] of Object.entries(this.limits))
      if (!(value > 0)) throw new TypeError(`${name} must be > 0, not ${value}`);
    const { lineBytes, perSecond, burst, linesPerSecond } = this.limits;
    this.line = new LineBuffer(lineBytes);
    this.tooLong = wrong('line-too-long', `a line of more than ${lineBytes} bytes; dropped`);
    this.tooManyLines = wrong(
      'too-many-messages',
      `more than ${linesPerSecond} lines a second; dropped unread`,
    );
    this.tooManyMessages = wrong(
      'too-many-messages',
      `more than ${burst} messages at once or ${perSecond} a second; dropped`,
    );
    this.rates = {
      lines: new TokenBucket(linesPerSecond, Math.max(1, linesPerSecond / 4)),
      answers: new TokenBucket(perSecond, burst),
      others: new TokenBucket(perSecond, burst),
    };
  }

  /** Bytes it keeps between two chunks; never more than `lineBytes`. */
  get heldBytes(): number {
    return this.line.capacity;
  }

  /** How often each rule was broken, told or not. A message over the rate counts by itself. */
  violations(kind: ViolationKind): number {
    return this.broken.get(kind)?.times ?? 0;
  }

  /**
   * @param chunk cut anywhere; not kept
   * @param now milliseconds of a clock that does not go back
   * @returns in the order of the lines
   */
  read(chunk: Uint8Array, now: number): Frame[] {
    const frames: Frame[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.finish(chunk, from, end, now, frames);
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0 && !this.skipping && !this.line.append(rest)) this.startSkipping(now, frames);
    return frames;
  }

  /** The output has ended: a last line without its end counts as one. */
  end(now: number): Frame[] {
    const frames: Frame[] = [];
    this.finish(new Uint8Array(0), 0, 0, now, frames);
    return frames;
  }

  /** A line ends; what of it is not held yet stands in `chunk`. Nothing is copied that is not looked at. */
  private finish(chunk: Uint8Array, from: number, end: number, now: number, frames: Frame[]): void {
    const length = this.line.length + end - from;
    if (this.skipping) this.skipping = false;
    else if (length === 0) return;
    else if (length > this.limits.lineBytes) this.report(this.tooLong, now, frames);
    else if (!this.rates.lines.take(now)) this.report(this.tooManyLines, now, frames);
    else if (this.line.length === 0) this.parse(chunk.subarray(from, end), now, frames);
    else if (this.line.append(chunk.subarray(from, end))) this.parse(this.line.content(), now, frames);
    this.line.clear();
  }

  private startSkipping(now: number, frames: Frame[]): void {
    this.skipping = true;
    this.line.clear();
    this.report(this.tooLong, now, frames);
  }

  private parse(bytes: Uint8Array, now: number, frames: Frame[]): void {
    const read = this.messages(bytes);
    if (read === undefined) return;
    if ('kind' in read) return this.report(read, now, frames);
    for (const message of read.messages) {
      const rate = 'method' in message ? this.rates.others : this.rates.answers;
      if (rate.take(now)) frames.push({ message });
      else this.report(this.tooManyMessages, now, frames);
    }
  }

  /** @returns undefined of a blank line */
  private messages(bytes: Uint8Array): { messages: JsonObject[] } | Wrong | undefined {
    const { depth, values } = this.limits;
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return { kind: 'not-utf8', detail: () => visibleExcerpt(lenient.decode(bytes.subarray(0, 800))) };
    }
    if (/^[ \t\r]*$/.test(text)) return undefined;
    const extent = jsonExtent(bytes, { depth, values });
    if (extent.depth > depth)
      return {
        kind: 'too-deep',
        detail: () => `nested more than ${depth} levels deep: ${visibleExcerpt(text)}`,
      };
    if (extent.values > values)
      return { kind: 'too-many-values', detail: () => `more than ${values} values: ${visibleExcerpt(text)}` };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { kind: 'not-json', detail: () => visibleExcerpt(text) };
    }
    const messages = Array.isArray(value) ? (value as unknown[]) : [value];
    if (messages.length > 0 && messages.every(isObject)) return { messages };
    return { kind: 'not-a-message', detail: () => visibleExcerpt(text) };
  }

  private report({ kind, detail }: Wrong, at: number, frames: Frame[]): void {
    const known = this.broken.get(kind) ?? {
      times: 0,
      reports: new TokenBucket(REPORTS_PER_SECOND, REPORTS_AT_ONCE),
    };
    this.broken.set(kind, known);
    known.times++;
    if (known.reports.take(at)) frames.push({ violation: { kind, detail: detail(), at } });
  }
}

function wrong(kind: ViolationKind, detail: string): Wrong {
  return { kind, detail: () => detail };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
