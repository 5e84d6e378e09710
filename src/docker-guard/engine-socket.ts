import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Counted, Facts } from './facts';
import { ImagesHad } from './images-had';
import { LastSeen } from './last-seen';
import { isObject, type Json, type JsonObject } from './strict-json';

const FACT_MS = 10_000;
/** An answer the guard reads itself: lists and inspections. */
export const MOST_ANSWER_BYTES = 32 * 2 ** 20;

const LISTS: Readonly<Record<Counted, { path: string; key?: string }>> = {
  containers: { path: '/containers/json?all=1&' },
  networks: { path: '/networks?' },
  volumes: { path: '/volumes?', key: 'Volumes' },
};

/** The engine cannot be asked, or does not answer. */
export class EngineUnreachable extends Error {}

export interface EngineCall {
  method: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

/** Docker's own socket. Each call has a connection of its own, so that a restart of the engine leaves no dead ones. */
export class EngineSocket implements Facts {
  private readonly seen = new LastSeen();
  private readonly images = new ImagesHad();

  constructor(private readonly socketPath: string) {}

  open({ method, path, body, headers = {} }: EngineCall): ClientRequest {
    const made = request({
      socketPath: this.socketPath,
      method,
      path,
      agent: false,
      headers: {
        Host: 'docker',
        ...headers,
        ...(body === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      },
    });
    return made;
  }

  unreachable(error: Error): EngineUnreachable {
    return new EngineUnreachable(
      `docker-guard: the Docker engine cannot be reached at ${this.socketPath} (${error.message}). Start it, or correct RDZEN_GUARD_DOCKER; the guard goes on trying with every call.`,
    );
  }

  /** @throws EngineUnreachable */
  async ping(): Promise<void> {
    const { status } = await this.read({ method: 'GET', path: '/_ping' });
    if (status !== 200) throw this.unreachable(new Error(`its ping has status ${status}`));
  }

  async container(reference: string): Promise<JsonObject | undefined> {
    const found = await this.fact(`/containers/${encodeURIComponent(reference)}/json`);
    if (found) {
      this.seen.note(found);
      this.images.note(found);
    }
    return found;
  }

  lastSeen(id: string): JsonObject | undefined {
    return this.seen.of(id);
  }

  hadImage(container: JsonObject, imageId: string): boolean {
    return this.images.had(container, imageId);
  }

  network(reference: string): Promise<JsonObject | undefined> {
    return this.fact(`/networks/${encodeURIComponent(reference)}`);
  }

  volume(name: string): Promise<JsonObject | undefined> {
    return this.fact(`/volumes/${encodeURIComponent(name)}`);
  }

  image(reference: string): Promise<JsonObject | undefined> {
    return /^[A-Za-z0-9][\w.:/@-]*$/.test(reference) && !reference.includes('..')
      ? this.fact(`/images/${reference}/json`)
      : Promise.resolve(undefined);
  }

  async managed(kind: Counted): Promise<number> {
    const filters = encodeURIComponent('{"label":["rdzen.managed=true"]}');
    const { path, key } = LISTS[kind];
    const { status, text } = await this.read({ method: 'GET', path: `${path}filters=${filters}` });
    const told = status === 200 ? (JSON.parse(text) as Json) : undefined;
    // Moby tells no volumes as null.
    const found = key !== undefined && isObject(told) ? (told[key] ?? []) : told;
    return Array.isArray(found) ? found.length : Number.POSITIVE_INFINITY;
  }

  private async fact(path: string): Promise<JsonObject | undefined> {
    const { status, text } = await this.read({ method: 'GET', path });
    if (status !== 200) return undefined;
    const found = JSON.parse(text) as Json;
    return isObject(found) ? found : undefined;
  }

  private read(call: EngineCall): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const made = this.open(call);
      const late = setTimeout(() => made.destroy(new Error(`no answer within ${FACT_MS} ms`)), FACT_MS);
      const failed = (error: Error): void => {
        clearTimeout(late);
        reject(this.unreachable(error));
      };
      made.on('error', failed);
      made.on('response', (answer) => {
        readAll(answer, MOST_ANSWER_BYTES).then((text) => {
          clearTimeout(late);
          resolve({ status: answer.statusCode ?? 0, text });
        }, failed);
      });
      made.end();
    });
  }
}

/** @throws RangeError of a stream longer than `most` bytes */
export async function readAll(stream: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Buffer).length;
    if (length > most) throw new RangeError(`more than ${most} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
