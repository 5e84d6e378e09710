import { LineRing } from './line-ring';

describe(LineRing.name, () => {
  it('keeps the last lines only', () => {
    const sut = new LineRing(3);
    sut.sink().write(Buffer.from('1\n2\n3\n4\n5\n'));
    expect(sut.last()).toEqual(['3', '4', '5']);
    expect(sut.last(2)).toEqual(['4', '5']);
  });

  it('puts lines together from pieces, even of one character, and takes \\r\\n and \\r as ends', () => {
    const sut = new LineRing();
    const sink = sut.sink();
    for (const byte of Buffer.from('zażółć\r\ndone 10%\rdone 20%\n')) sink.write(Buffer.from([byte]));
    expect(sut.last().filter((line) => line !== '')).toEqual(['zażółć', 'done 10%', 'done 20%']);
  });

  it('never mixes two streams within a line', () => {
    const sut = new LineRing();
    const [out, err] = [sut.sink(), sut.sink()];
    out.write(Buffer.from('half '));
    err.write(Buffer.from('error\n'));
    out.write(Buffer.from('line\n'));
    expect(sut.last()).toEqual(['error', 'half line']);
  });

  it('shows an unfinished last line once the stream ends', () => {
    const sut = new LineRing();
    const sink = sut.sink();
    sink.write(Buffer.from('panic: no newline'));
    expect(sut.last()).toEqual([]);
    sink.end();
    sink.end();
    expect(sut.last()).toEqual(['panic: no newline']);
  });

  it('cuts a line without end and does not hold on to the rest of it', () => {
    const sut = new LineRing(10, 5);
    const sink = sut.sink();
    for (let i = 0; i < 1000; i += 1) sink.write(Buffer.from('abcdefghij'));
    sink.write(Buffer.from('\nshort\nexact\n'));
    expect(sut.last()).toEqual(['abcde [cut]', 'short', 'exact']);
  });

  it.each([0, -1, 1.5])('refuses a capacity of %p', (capacity) => {
    expect(() => new LineRing(capacity)).toThrow(`not ${capacity}`);
  });
});
