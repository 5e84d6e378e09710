import { StringDecoder } from 'node:string_decoder';

/** A line no core would send: longer than any token, error or final line can be. */
export const MAX_LINE_BYTES = 1024 * 1024;

export type JsonObject = Record<string, unknown>;

/** A line that is not one JSON object, or is longer than {@link MAX_LINE_BYTES}. */
export class MalformedLineError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'MalformedLineError';
  }
}

/**
 * One JSON object per line. Blank lines are skipped and CRLF is accepted. A last line without its newline counts when
 * it is whole; cut in the middle it is dropped, since that is an ending in mid-stream and not a wrong line.
 */
export async function* readNdjson(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonObject> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  for await (const chunk of chunks) {
    const lines = (pending + decoder.write(chunk)).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      const value = parseLine(line);
      if (value !== undefined) yield value;
    }
    if (pending.length > MAX_LINE_BYTES)
      throw new MalformedLineError(`a line of more than ${MAX_LINE_BYTES} bytes`);
  }
  const last = tryParse((pending + decoder.end()).trim());
  if (isObject(last)) yield last;
}

function parseLine(line: string): JsonObject | undefined {
  const text = line.trim();
  if (text === '') return undefined;
  if (text.length > MAX_LINE_BYTES)
    throw new MalformedLineError(`a line of more than ${MAX_LINE_BYTES} bytes`);
  const value = tryParse(text);
  if (!isObject(value))
    throw new MalformedLineError(`a line that is not a JSON object: ${text.slice(0, 80)}`);
  return value;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
