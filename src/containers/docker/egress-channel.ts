import { createInterface } from 'node:readline';
import { within } from '../../shared/within';
import type { Clock } from '../../shared/clock';
import type { EgressDenial, EgressProxy, EgressRefusals } from '../component-networks';
import { helperFailed, type HelperContainer } from './helper-containers';

const START_MS = 20_000;
const MOST_KEPT = 100;
const PORT = 3_128;
/** Its name on the component's network. */
export const EGRESS_NAME = 'egress';
const REASONS = ['not-listed', 'private-address', 'limit'] as const;

/** What the egress proxy says, line by line. */
export class EgressChannel implements EgressProxy {
  readonly denials: EgressDenial[] = [];
  denied = 0;
  private readonly byTarget = new Map<string, EgressRefusals>();
  onDenied?: (denial: EgressDenial) => void;
  private listening?: () => void;

  private constructor(private readonly clock: Clock) {}

  /** @throws RdzenError HELPER_FAILED where it does not come to listen */
  static async open(helper: HelperContainer, clock: Clock): Promise<EgressChannel> {
    const channel = new EgressChannel(clock);
    const ready = new Promise<void>((resolve, reject) => {
      channel.listening = resolve;
      helper.stdio.stdout.once('close', () => reject(helperFailed('egress', 'ended', helper.logTail)));
    });
    ready.catch(() => undefined);
    createInterface({ input: helper.stdio.stdout }).on('line', (line) => channel.line(line));
    await within(clock, START_MS, 'the egress proxy', ready).catch((error: unknown) => {
      throw error instanceof Error && 'code' in error
        ? error
        : helperFailed('egress', `did not start within ${START_MS / 1000} s`, helper.logTail);
    });
    return channel;
  }

  get env(): Record<string, string> {
    const url = `http://${EGRESS_NAME}:${PORT}`;
    const none = 'localhost,127.0.0.1';
    return {
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
      NO_PROXY: none,
      // Some programs read only these; Node's own fetch reads none of them without the last.
      http_proxy: url,
      https_proxy: url,
      no_proxy: none,
      NODE_USE_ENV_PROXY: '1',
    };
  }

  get refused(): EgressRefusals[] {
    return [...this.byTarget.values()];
  }

  private line(text: string): void {
    let said: { event?: unknown; target?: unknown; reason?: unknown; count?: unknown };
    try {
      said = JSON.parse(text) as typeof said;
    } catch {
      return;
    }
    if (said.event === 'listening') this.listening?.();
    if (said.event === 'denied-more' && Number.isSafeInteger(said.count)) this.denied += Number(said.count);
    if (said.event !== 'denied') return;
    const denial: EgressDenial = {
      target: typeof said.target === 'string' ? said.target.slice(0, 300) : '',
      reason: REASONS.find((one) => one === said.reason) ?? 'not-listed',
      at: this.clock.now(),
    };
    this.denied++;
    this.denials.push(denial);
    if (this.denials.length > MOST_KEPT) this.denials.shift();
    this.count(denial);
    this.onDenied?.(denial);
  }

  private count({ target, at }: EgressDenial): void {
    const times = (this.byTarget.get(target)?.times ?? 0) + 1;
    this.byTarget.delete(target);
    this.byTarget.set(target, { target, times, lastAt: at });
    const [oldest] = this.byTarget.keys();
    if (this.byTarget.size > MOST_KEPT && oldest !== undefined) this.byTarget.delete(oldest);
  }
}
