import { MalformedLineError, MAX_LINE_BYTES, readNdjson } from './ndjson-reader';

async function read(...chunks: (string | Buffer)[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of readNdjson(stream(chunks))) values.push(value);
  return values;
}

async function* stream(chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

describe(readNdjson.name, () => {
  it('reads lines that are split anywhere', async () => {
    expect(await read('{"a"', ':1}\n{"b":', '2}', '\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('puts characters together that a chunk border cuts in two', async () => {
    const bytes = Buffer.from('{"text":"żółw 🐢"}\n');
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([{ text: 'żółw 🐢' }]);
    }
  });

  it('accepts CRLF and skips blank lines', async () => {
    expect(await read('{"a":1}\r\n\r\n\n{"b":2}\r\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('counts a whole last line without its newline and drops one that is cut', async () => {
    expect(await read('{"a":1}\n{"b":2}')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(await read('{"a":1}\n{"b":')).toEqual([{ a: 1 }]);
  });

  it.each(['nonsense\n', '[1]\n', 'null\n', '7\n', '{"a":1}{"b":2}\n'])(
    'refuses the line %j',
    async (line) => {
      await expect(read(line)).rejects.toThrow(MalformedLineError);
    },
  );

  it('delivers the lines before a wrong one', async () => {
    const values: unknown[] = [];
    const reading = (async () => {
      for await (const value of readNdjson(stream(['{"a":1}\nnonsense\n']))) values.push(value);
    })();
    await expect(reading).rejects.toThrow('nonsense');
    expect(values).toEqual([{ a: 1 }]);
  });

  it('refuses a line without an end before it eats up the memory', async () => {
    const megabyte = Buffer.alloc(MAX_LINE_BYTES, 'x');
    await expect(read(megabyte, 'x')).rejects.toThrow(/more than/);
    await expect(read(megabyte, 'x\n')).rejects.toThrow(/more than/);
  });
});
