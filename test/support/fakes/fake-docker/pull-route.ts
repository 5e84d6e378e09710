import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeImage } from './engine-objects';
import { Refusal } from './refusal';
import type { Call, Answer } from './routes';

/** An image that a registry has. */
export interface Pullable {
  image?: Partial<FakeImage>;
  /** Bytes of its one layer, told in four steps. */
  bytes: number;
  stepMs?: number;
  /** It breaks off half-way with this. */
  error?: string;
}

/** `POST /images/create`: progress as lines of JSON, an error among them, or a refusal before the first. */
export async function pull(
  { engine, query, response }: Call,
  registry: ReadonlyMap<string, Pullable>,
): Promise<Answer> {
  const name = query.get('fromImage') ?? '';
  const tag = query.get('tag');
  const reference = !tag ? name : tag.startsWith('sha256:') ? `${name}@${tag}` : `${name}:${tag}`;
  const found = registry.get(reference);
  if (!found)
    throw new Refusal(404, `manifest for ${reference} not found: manifest unknown: manifest unknown`);
  const say = (line: object): boolean => response.write(`${JSON.stringify(line)}\r\n`);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  say({ status: `Pulling from ${name}`, id: tag });
  say({ status: 'Pulling fs layer', progressDetail: {}, id: 'e7d5fa8331c9' });
  for (let quarter = 1; quarter <= 4; quarter++) {
    await sleep(found.stepMs ?? 0, undefined, { ref: false });
    if (response.destroyed) return undefined;
    const progressDetail = { current: (found.bytes * quarter) / 4, total: found.bytes };
    say({ status: 'Downloading', progressDetail, progress: '[=>  ]', id: 'e7d5fa8331c9' });
    if (found.error && quarter === 2) {
      say({ errorDetail: { message: found.error }, error: found.error });
      response.end();
      return undefined;
    }
  }
  say({ status: 'Pull complete', progressDetail: {}, id: 'e7d5fa8331c9' });
  engine.addImage(reference, found.image);
  say({ status: `Status: Downloaded newer image for ${reference}` });
  response.end();
  return undefined;
}
