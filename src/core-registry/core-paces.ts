import type { EventBus } from '../events/event-bus';
import type { GenerationStats } from '../ollama/ollama-api';
import type { Clock } from '../shared/clock';
import './core-registry.events';
import { DecodeMeter, type DecodeReading } from './decode-meter';
import { LivePace } from './live-pace';

/** Fewer tell nothing of a core's speed. */
const FEWEST_TOKENS = 8;

/** One answer while it is being written. */
export interface Writing {
  /** A token came, or any other line of the stream but the last. */
  token(): void;
  /** It is complete. */
  complete(stats: GenerationStats): void;
  /** It is over, complete or not. */
  end(): void;
}

/** How fast the cores write, seen from the answers they are writing. */
export class CorePaces {
  private readonly live = new Map<number, LivePace>();
  private readonly meters = new Map<number, DecodeMeter>();

  constructor(
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  token(id: number): void {
    const pace = this.live.get(id) ?? new LivePace();
    this.live.set(id, pace);
    pace.token(this.clock.monotonic());
  }

  /** Tokens a second of the answer being written; undefined where there is none. */
  now(id: number): number | undefined {
    return this.live.get(id)?.at(this.clock.monotonic());
  }

  written(id: number): DecodeReading {
    return this.meter(id).read(this.clock.monotonic());
  }

  /** Begins to measure one answer. Emits `core.answer-written` when it is complete. */
  begin(id: number): Writing {
    const meter = this.meter(id);
    let lines = 0;
    let [first, last] = [0, 0];
    let open = false;
    return {
      token: () => {
        last = this.clock.monotonic();
        if (lines++ > 0) meter.token();
        else {
          first = last;
          open = true;
          meter.opened(first);
        }
      },
      complete: ({ tokens, generationMs }) => {
        if (lines < FEWEST_TOKENS || last <= first) return;
        // A core may put several tokens into a line, and a network several lines into a packet: the slower figure is true.
        const seen = ((lines - 1) / (last - first)) * 1000;
        const told = tokens > 0 && generationMs > 0 ? (tokens / generationMs) * 1000 : Infinity;
        this.bus.emit('core.answer-written', { coreId: id, tokensPerSecond: Math.min(seen, told) });
      },
      end: () => {
        if (open) meter.closed(this.clock.monotonic());
        open = false;
      },
    };
  }

  private meter(id: number): DecodeMeter {
    const meter = this.meters.get(id) ?? new DecodeMeter();
    this.meters.set(id, meter);
    return meter;
  }
}
