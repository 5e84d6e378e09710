import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { frame, type StreamName } from '../../../test/support/fakes/fake-docker/frames';
import { StdioSplitter } from './stdio-splitter';

const frames = fc.array(
  fc.tuple(fc.constantFrom<StreamName>('stdout', 'stderr'), fc.uint8Array({ maxLength: 40 })),
  { maxLength: 12 },
);

async function allOf(output: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('hex');
}

describe(StdioSplitter.name, () => {
  it('gives each output its own bytes, however the frames are cut on the way', () =>
    fc.assert(
      fc.asyncProperty(frames, fc.integer({ min: 1, max: 30 }), async (told, piece) => {
        const sut = new StdioSplitter();
        const whole = Buffer.concat(told.map(([stream, bytes]) => frame(stream, Buffer.from(bytes))));
        const read = Promise.all([allOf(sut.stdout), allOf(sut.stderr)]);
        for (let at = 0; at < whole.length; at += piece) sut.write(whole.subarray(at, at + piece));
        sut.end();
        const expected = (name: StreamName): string =>
          Buffer.concat(told.filter(([stream]) => stream === name).map(([, bytes]) => bytes)).toString('hex');
        expect(await read).toEqual([expected('stdout'), expected('stderr')]);
      }),
      { numRuns: 200 },
    ));

  it('what has come may be read after the end', async () => {
    const sut = new StdioSplitter();
    sut.end(frame('stdout', Buffer.from('late')));
    await finished(sut);
    await turn();
    expect(Buffer.from(await allOf(sut.stdout), 'hex').toString()).toBe('late');
  });

  it('takes no more than is read', async () => {
    const sut = new StdioSplitter();
    const source = new PassThrough();
    source.pipe(sut);
    const piece = frame('stdout', Buffer.alloc(16_384));
    let accepted = 0;
    while (source.write(piece)) {
      accepted++;
      await turn();
    }
    expect(accepted).toBeLessThan(12);
    sut.stderr.resume();
    await turn();
    expect(source.writableNeedDrain).toBe(true);
    sut.stdout.resume();
    source.end();
    await finished(sut.stdout);
  });

  it('an output that its reader has closed holds back nobody', async () => {
    const sut = new StdioSplitter();
    sut.stderr.destroy();
    sut.write(frame('stderr', Buffer.alloc(200_000)));
    sut.end(frame('stdout', Buffer.from('on')));
    expect(Buffer.from(await allOf(sut.stdout), 'hex').toString()).toBe('on');
  });

  it.each([
    ['a cut frame', frame('stdout', Buffer.from('abcdef')).subarray(0, 10), 'cut within a frame'],
    ['a cut header', Buffer.from([1, 0, 0]), 'cut within a frame'],
    ['what is no frame', Buffer.from('HTTP/1.1 500'), 'unknown kind'],
  ])('%s fails both outputs', async (_, bytes, text) => {
    const sut = new StdioSplitter();
    sut.on('error', () => undefined);
    const read = Promise.allSettled([allOf(sut.stdout), allOf(sut.stderr)]);
    sut.end(bytes);
    for (const outcome of await read)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining(text) },
      });
  });
});
