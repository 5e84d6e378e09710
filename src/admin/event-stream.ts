import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { includes, type Scope } from '../access/scope';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { type EventTopic, listenToAll, type ToldEvent } from './told-events';

const KEPT = 200;
const MOST_STREAMS = 50;
const SIGN_OF_LIFE_MS = 15_000;
/** Its key may have been taken back meanwhile: whoever listens comes again, and shows it anew. */
const LONGEST_MS = 15 * 60_000;
const MOST_WAITING_BYTES = 2 ** 20;
const RETRY_MS = 2_000;

export interface Listening {
  scope: Scope;
  topics: readonly EventTopic[];
  /** `Last-Event-ID` of an earlier stream. */
  after?: string;
}

interface Numbered extends ToldEvent {
  number: number;
}

/** What happens, as server-sent events. Nobody is waited for: who reads too slowly is let go. Source: WHATWG HTML, 9.2. */
@Injectable()
export class EventStream implements OnModuleDestroy {
  /** Numbers begin anew with each life of the process, and this tells lives apart. */
  private readonly life: string;
  private readonly kept: Numbered[] = [];
  private readonly streams = new Set<{ send: (event: Numbered) => void; end: () => void }>();
  private readonly unsubscribe: (() => void)[];
  private last = 0;

  constructor(
    bus: EventBus,
    private readonly clock: Clock,
    random: Random,
  ) {
    this.life = random.id(6);
    this.unsubscribe = [
      listenToAll(bus, (event) => this.note(event)),
      bus.on('process.stopping', () => this.onModuleDestroy()),
    ];
  }

  onModuleDestroy(): void {
    for (const end of this.unsubscribe.splice(0)) end();
    for (const { end } of [...this.streams]) end();
  }

  /** @throws RdzenError RATE_LIMITED */
  serve({ scope, topics, after }: Listening, reply: FastifyReply): void {
    if (this.streams.size >= MOST_STREAMS)
      throw new RdzenError(
        'RATE_LIMITED',
        `${MOST_STREAMS} event streams are open, and no more are served. Close some.`,
      );
    reply.hijack();
    const { raw } = reply;
    const timers: { life?: Timer; longest?: Timer } = {};
    const stream = {
      send: (event: Numbered): void => {
        if (!topics.includes(event.topic)) return;
        if (raw.writableLength > MOST_WAITING_BYTES) raw.destroy();
        else
          raw.write(
            `id: ${this.life}-${event.number}\nevent: ${event.name}\ndata: ${dataFor(event, scope)}\n\n`,
          );
      },
      end: (): void => {
        this.streams.delete(stream);
        timers.life?.cancel();
        timers.longest?.cancel();
        raw.end();
      },
    };
    raw.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
      'X-Accel-Buffering': 'no',
    });
    if (raw.req?.method === 'HEAD') {
      raw.end();
      return;
    }
    raw.write(`retry: ${RETRY_MS}\n\n`);
    for (const event of this.missed(after) ?? (raw.write('event: reset\ndata: {}\n\n'), []))
      stream.send(event);
    this.streams.add(stream);
    const beat = (): void => {
      timers.life = this.clock.after(SIGN_OF_LIFE_MS, () => {
        raw.write(': still here\n\n');
        beat();
      });
    };
    beat();
    timers.longest = this.clock.after(LONGEST_MS, stream.end);
    raw.on('close', stream.end);
    raw.on('error', stream.end);
  }

  /** What came after the event of that id; undefined where nobody can tell any more. */
  private missed(after: string | undefined): Numbered[] | undefined {
    if (after === undefined) return [];
    const [, life, number = ''] = /^([^-]{1,40})-(\d{1,15})$/.exec(after) ?? [];
    const oldest = this.kept[0]?.number ?? this.last + 1;
    if (life !== this.life || Number(number) < oldest - 1) return undefined;
    return this.kept.filter((event) => event.number > Number(number));
  }

  private note(event: ToldEvent): void {
    const numbered = { ...event, number: ++this.last };
    this.kept.push(numbered);
    if (this.kept.length > KEPT) this.kept.shift();
    for (const { send } of [...this.streams]) send(numbered);
  }
}

function dataFor({ data, only }: ToldEvent, scope: Scope): string {
  return JSON.stringify(only && includes(scope, only.scope) ? { ...data, ...only.data } : data);
}
