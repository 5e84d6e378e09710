import { Transform, type TransformCallback } from 'node:stream';
import { containerLabels, type Facts, isManaged, isWatched, objectAt, textAt } from './facts';
import { parseImage } from './image-reference';
import type { GuardLimits } from './guard-settings';
import { isObject, type Json, type JsonObject } from './strict-json';

const LONGEST_LINE = 2 ** 20;
const REMEMBERED = 2_000;

/**
 * The engine's events, of things that are ours only. Those of containers carry the container's labels; those of networks
 * carry its id, for which the engine is asked (labels never change, so once). Source: Docker Engine API, `EventMessage`.
 */
export class EventFilter extends Transform {
  private partial = '';
  private readonly known = new Map<string, boolean>();

  constructor(
    private readonly facts: Facts,
    private readonly limits: GuardLimits,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    // The engine escapes nothing beyond ASCII by bytes that could be cut badly: a line is decoded whole.
    const lines = (this.partial + chunk.toString('latin1')).split('\n');
    this.partial = lines.pop() ?? '';
    if (this.partial.length > LONGEST_LINE) return done(new RangeError('an event longer than 1 MiB'));
    this.pass(lines).then(
      () => done(),
      (error: Error) => done(error),
    );
  }

  private async pass(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const bytes = Buffer.from(line, 'latin1');
      if (await this.isOurs(parsed(bytes.toString('utf8'))))
        this.push(Buffer.concat([bytes, Buffer.from('\n')]));
    }
  }

  private async isOurs(event: JsonObject | undefined): Promise<boolean> {
    if (!event) return false;
    const actor = objectAt(event, 'Actor');
    const attributes = objectAt(actor, 'Attributes');
    switch (event.Type) {
      case 'container': {
        const ours = isManaged(attributes) || isWatched(attributes);
        if (ours) this.remember(textAt(actor, 'ID'), true);
        // The command line of an exec may hold a secret.
        return ours && !textAt(event, 'Action').startsWith('exec_');
      }
      case 'network':
        if (textAt(attributes, 'container') !== '')
          return this.isOurContainer(textAt(attributes, 'container'));
        return textAt(attributes, 'name').startsWith(this.limits.prefix);
      case 'volume':
        return textAt(actor, 'ID').startsWith(this.limits.prefix);
      case 'image':
        return this.limits.registries.includes(parseImage(textAt(actor, 'ID'))?.registry ?? '');
      default:
        return false;
    }
  }

  private async isOurContainer(id: string): Promise<boolean> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const found = await this.facts.container(id);
    // One that is gone already is not remembered as foreign: ids are asked for by hundreds, not by thousands.
    if (!found) return false;
    const labels = containerLabels(found);
    return this.remember(id, isManaged(labels) || isWatched(labels));
  }

  private remember(id: string, ours: boolean): boolean {
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(id, ours);
    return ours;
  }
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
