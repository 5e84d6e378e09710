import fc from 'fast-check';
import { type Frame, FrameReader, type FrameLimits, type FrameViolation } from './frame-reader';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** All at one moment, cut at `cuts`. */
function readIn(
  whole: Uint8Array,
  cuts: number[] = [],
  limits: Partial<FrameLimits> = {},
): { frames: Frame[]; mostHeld: number } {
  const reader = new FrameReader(limits);
  const frames: Frame[] = [];
  let mostHeld = 0;
  const places = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  let from = 0;
  for (const place of places) {
    frames.push(...reader.read(whole.subarray(from, place), 0));
    from = place;
    mostHeld = Math.max(mostHeld, reader.heldBytes);
  }
  frames.push(...reader.end(0));
  return { frames, mostHeld };
}

const read = (text: string, limits?: Partial<FrameLimits>): Frame[] => readIn(bytes(text), [], limits).frames;
const messages = (frames: Frame[]): unknown[] =>
  frames.flatMap((frame) => ('message' in frame ? [frame.message] : []));
const violations = (frames: Frame[]): FrameViolation[] =>
  frames.flatMap((frame) => ('violation' in frame ? [frame.violation] : []));
const kinds = (frames: Frame[]): string[] => violations(frames).map(({ kind }) => kind);

describe(FrameReader.name, () => {
  it('gives one message a line, skips blank lines, takes CRLF, and a last line without its end', () => {
    expect(messages(read('{"id":1}\r\n\r\n \n{"id":"ż 🐢"}\n{"id":3}'))).toEqual([
      { id: 1 },
      { id: 'ż 🐢' },
      { id: 3 },
    ]);
  });

  it('gives the messages of a batch one by one', () => {
    expect(messages(read('[{"id":1},{"method":"x"}]\n'))).toEqual([{ id: 1 }, { method: 'x' }]);
  });

  it.each([
    ['words', 'Server started on port 3000', 'not-json'],
    ['half a message', '{"jsonrpc":', 'not-json'],
    ['two messages in a line', '{"id":1}{"id":2}', 'not-json'],
    ['a byte order mark', '\ufeff{"id":1}', 'not-json'],
    ['a text', '"hello"', 'not-a-message'],
    ['nothing', 'null', 'not-a-message'],
    ['an empty batch', '[]', 'not-a-message'],
    ['a batch with a number in it', '[{"id":1},2]', 'not-a-message'],
    ['a batch of batches', '[[{"id":1}]]', 'not-a-message'],
    ['depth', '{"a":'.repeat(65) + '1' + '}'.repeat(65), 'too-deep'],
    ['depth without end', '['.repeat(3_000_000), 'too-deep'],
    ['a million values', `{"a":[${'0,'.repeat(1_000_000)}0]}`, 'too-many-values'],
  ])('drops a line of %s, says so, and reads on', (_, line, kind) => {
    const frames = read(`${line}\n{"id":7}\n`);
    expect(kinds(frames)).toEqual([kind]);
    expect(messages(frames)).toEqual([{ id: 7 }]);
  });

  it('takes what is just within the limits', () => {
    expect(messages(read('{"a":'.repeat(64) + '1' + '}'.repeat(64) + '\n'))).toHaveLength(1);
    expect(messages(read('{"a":"[[[[,,,,\\"[[[["}\n', { depth: 1, values: 2 }))).toHaveLength(1);
    const line = `{"a":"${'x'.repeat(94)}"}`;
    expect(messages(read(`${line}\n`, { lineBytes: line.length }))).toHaveLength(1);
    expect(kinds(read(`${line}\n`, { lineBytes: line.length - 1 }))).toEqual(['line-too-long']);
  });

  it('refuses text that is not UTF-8, and does not guess', () => {
    const broken = Buffer.concat([
      bytes('{"a":"'),
      Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80]),
      bytes('"}\n'),
    ]);
    const [violation, ...more] = violations(readIn(Buffer.concat([broken, bytes('{"id":1}\n')])).frames);
    expect(violation).toEqual({ kind: 'not-utf8', detail: expect.stringMatching(/^\{"a":"�\(/), at: 0 });
    expect(more).toEqual([]);
  });

  it('shows the beginning of a wrong line with every sign that nobody sees written out', () => {
    const [violation] = violations(read(`a\u0000\u001b[31m\u202eb\u200b\u{e0041}${'🐢'.repeat(300)}\n`));
    expect(violation?.detail).toMatch(/^a\\u\{0\}\\u\{1b\}\[31m\\u\{202e\}b\\u\{200b\}\\u\{e0041\}🐢{189}$/u);
  });

  it('tells of a line that is too long once, as soon as it is, and reads on after its end', () => {
    const reader = new FrameReader({ lineBytes: 1_000 });
    expect(reader.read(Buffer.alloc(900, 'x'), 5)).toEqual([]);
    expect(reader.read(Buffer.alloc(200, 'x'), 6)).toEqual([
      {
        violation: { kind: 'line-too-long', detail: 'a line of more than 1000 bytes; dropped', at: 6 },
      },
    ]);
    for (let n = 0; n < 1_000; n++) expect(reader.read(Buffer.alloc(10_000, 'x'), 7)).toEqual([]);
    expect(reader.heldBytes).toBeLessThanOrEqual(1_000);
    expect(messages(reader.read(bytes('xx\n{"id":1}\n'), 8))).toEqual([{ id: 1 }]);
    expect(reader.violations('line-too-long')).toBe(1);
  });

  it('keeps a line of single bytes in one piece of memory', () => {
    const reader = new FrameReader();
    const line = bytes(`{"a":"${'x'.repeat(20_000)}"}`);
    for (const byte of line) reader.read(Uint8Array.of(byte), 0);
    expect(reader.heldBytes).toBeLessThanOrEqual(2 * line.length);
    expect(messages(reader.read(bytes('\n'), 0))).toHaveLength(1);
  });

  it('lets so many messages through at once, then so many a second', () => {
    const reader = new FrameReader({ perSecond: 10, burst: 20 });
    const flood = bytes('{"method":"notifications/tools/list_changed"}\n'.repeat(1_000));
    expect(messages(reader.read(flood, 1_000))).toHaveLength(20);
    expect(messages(reader.read(flood, 1_500))).toHaveLength(5);
    expect(messages(reader.read(flood, 1_400))).toHaveLength(0);
    expect(messages(reader.read(flood, 60_000))).toHaveLength(20);
    expect(reader.violations('too-many-messages')).toBe(3_955);
  });

  it('lets an answer through a flood of notifications', () => {
    const flood = '{"method":"notifications/progress"}\n'.repeat(500);
    const frames = read(`${flood}{"id":1,"result":{}}\n${flood}`, { perSecond: 1, burst: 1 });
    expect(messages(frames)).toEqual([{ method: 'notifications/progress' }, { id: 1, result: {} }]);
  });

  it('does not flood its owner with what is wrong, and counts it all', () => {
    const reader = new FrameReader();
    const flood = bytes('nonsense\n'.repeat(5_000));
    expect(reader.read(flood, 0)).toHaveLength(10);
    expect(reader.read(flood, 3_000)).toHaveLength(3);
    expect(reader.violations('not-json')).toBe(10_000);
    expect(reader.violations('not-utf8')).toBe(0);
  });

  it('does not read more lines than it has time for', () => {
    const reader = new FrameReader({ linesPerSecond: 400 });
    const lines = bytes('{"id":1}\n'.repeat(1_000));
    expect(messages(reader.read(lines, 0))).toHaveLength(100);
    expect(messages(reader.read(lines, 125))).toHaveLength(50);
    expect(reader.violations('too-many-messages')).toBe(1_850);
    expect(reader.read(bytes('\n'.repeat(1_000_000)), 125)).toEqual([]);
    expect(reader.violations('too-many-messages')).toBe(1_850);
  });

  it('refuses limits that are none', () => {
    expect(() => new FrameReader({ lineBytes: 0 })).toThrow('lineBytes must be > 0, not 0');
    expect(() => new FrameReader({ burst: NaN })).toThrow('burst must be > 0, not NaN');
  });
});

const anyLine = fc.oneof(
  { weight: 3, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)) },
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant('['.repeat(100)),
);
const anyBytes = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: anyLine.map((line) => Buffer.from(`${line}\n`)) },
      fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw)),
      fc.constant(Buffer.from([0xf0, 0x9f, 0x90, 0xa2, 0x0d, 0x0a])),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));
const anyCuts = fc.array(fc.nat(4_000), { maxLength: 40 });

describe(`${FrameReader.name}, whatever comes`, () => {
  it('gives the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, fc.nat(400), fc.nat(100), (whole, cuts, lineBytes, linesPerSecond) => {
        const limits = {
          lineBytes: lineBytes + 1,
          linesPerSecond: linesPerSecond + 1,
          perSecond: 1,
          burst: 5,
        };
        expect(readIn(whole, cuts, limits).frames).toEqual(readIn(whole, [], limits).frames);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back every message that was written as one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), { maxLength: 20 }),
        anyCuts,
        (sent, cuts) => {
          const lines = sent.map((message) => `${JSON.stringify(message)}\n`).join('');
          expect(messages(readIn(bytes(lines), cuts).frames)).toEqual(
            sent.map((message) => JSON.parse(JSON.stringify(message)) as unknown),
          );
        },
      ),
    );
  });

  it('never keeps more than one line of memory, nor shows a sign that nobody sees', () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, fc.integer({ min: 1, max: 400 }), (whole, cuts, lineBytes) => {
        const { frames, mostHeld } = readIn(whole, cuts, { lineBytes });
        expect(mostHeld).toBeLessThanOrEqual(lineBytes);
        for (const { detail } of violations(frames)) {
          expect(detail).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(detail.length).toBeLessThanOrEqual(200 * '\\u{10ffff}'.length + 100);
        }
      }),
      { numRuns: 500 },
    );
  });
});
