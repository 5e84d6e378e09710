import type { ServerResponse } from 'node:http';
import type { EngineTime } from './engine-time';
import { Refusal } from './refusal';

/** As many as the engine remembers. Source: moby daemon/events, `eventsLimit`. */
const REMEMBERED = 256;

interface Told {
  type: string;
  action: string;
  id: string;
  attributes: Record<string, string>;
  timeNano: bigint;
  line: string;
}

interface Listener {
  response: ServerResponse;
  wants: (told: Told) => boolean;
}

/** What the engine tells of itself: to who listens, and for a while to who asks what has been. */
export class EventJournal {
  private readonly listeners = new Set<Listener>();
  private remembered: Told[] = [];

  constructor(private readonly time: EngineTime) {}

  /** @param image of a container's event, which carries more fields than the others */
  tell(
    type: 'container' | 'network' | 'volume' | 'image',
    action: string,
    id: string,
    attributes: Record<string, string>,
    image?: string,
  ): void {
    const timeNano = this.time.now();
    const old = image === undefined ? {} : { status: action, id, from: image };
    const fields = {
      ...old,
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Number(timeNano / 1_000_000_000n),
    };
    // By hand: nanoseconds since the epoch are more than a number holds.
    const line = `${JSON.stringify(fields).slice(0, -1)},"timeNano":${timeNano}}\n`;
    const told = { type, action, id, attributes, timeNano, line };
    this.remembered = [...this.remembered, told].slice(-REMEMBERED);
    for (const { response, wants } of this.listeners) if (wants(told)) response.write(line);
  }

  /** Answers `GET /events`, and goes on answering. */
  stream(response: ServerResponse, query: URLSearchParams): void {
    const since = query.get('since');
    const wants = wanted(query.get('filters'));
    const from = since === null ? undefined : nanoseconds(since);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    if (from !== undefined)
      for (const told of this.remembered) if (told.timeNano >= from && wants(told)) response.write(told.line);
    const listener = { response, wants };
    this.listeners.add(listener);
    response.once('close', () => this.listeners.delete(listener));
  }

  get listening(): number {
    return this.listeners.size;
  }

  /** `type action` of what was told of one thing or of all. */
  sequence(id?: string): string[] {
    return this.remembered
      .filter((told) => id === undefined || told.id === id || told.attributes.container === id)
      .map(({ type, action }) => (type === 'container' ? action : `${type} ${action}`));
  }

  cut(): void {
    for (const { response } of this.listeners) response.destroy();
    this.listeners.clear();
  }

  forget(): void {
    this.remembered = [];
  }
}

function nanoseconds(since: string): bigint {
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(since) ?? [];
  if (seconds === undefined)
    throw new Refusal(500, `strconv.ParseInt: parsing ${JSON.stringify(since)}: invalid syntax`);
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** The engine takes what it does not know as a filter that nothing is left of; none of ours is such. */
function wanted(filters: string | null): (told: Told) => boolean {
  const asked = JSON.parse(filters ?? '{}') as Record<string, string[]>;
  const fits = ({ type, action, id, attributes }: Told, key: string, value: string): boolean => {
    if (key === 'type') return type === value;
    if (key === 'event') return action === value;
    if (key === 'label') {
      const [label = '', content] = value.split('=');
      return content === undefined ? label in attributes : attributes[label] === content;
    }
    return key === type && (id === value || attributes.name === value);
  };
  return (told) =>
    Object.entries(asked).every(([key, values]) =>
      key === 'label'
        ? values.every((value) => fits(told, key, value))
        : values.some((value) => fits(told, key, value)),
    );
}
