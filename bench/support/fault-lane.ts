import { Child } from './child';
import { pause, stamp, until } from './clock';
import type { Gateway } from './gateway-program';
import type { Fault, MortalCore } from './mortal-core';
import type { Stream } from './observed-ollama';
import { siteEnvironment } from './programs';
import type { World } from './world-program';

/** Milliseconds from the fault. */
export interface Recovery {
  token: number;
  visible: number;
}

const TOKENS_PER_SECOND = 30;
const TOKENS_BEFORE = 15;
const PATIENCE_MS = 40_000;

/** A gateway between a chat server and two scripted cores, all real processes, in which answers are hurt one by one. */
export class FaultLane {
  private trials = 0;

  private constructor(
    private readonly world: Child<World>,
    private readonly site: number,
    private readonly gateway: Child<Gateway>,
    private readonly cores: readonly MortalCore[],
  ) {}

  /** @param rooms as many as there will be trials */
  static async open(
    world: Child<World>,
    rooms: number,
    core: (tokensPerSecond: number) => Promise<MortalCore>,
  ): Promise<FaultLane> {
    const cores = [await core(TOKENS_PER_SECOND), await core(TOKENS_PER_SECOND)];
    const opened = await world.ask('open', {
      rooms,
      kind: 'direct',
      authors: 1,
      cores: 0,
      answer: '',
      tokensPerSecond: 1,
    });
    const gateway = Child.start<Gateway>('gateway-program.ts');
    const lane = new FaultLane(world, opened.site, gateway, cores);
    const urls = cores.map(({ url }) => url);
    try {
      await gateway.ask('start', { ...siteEnvironment(opened.chatUrl, urls), RDZEN_MODEL: 'scripted' });
    } catch (error) {
      await lane.close();
      throw error;
    }
    return lane;
  }

  /** An answer is hurt at a moment of its own, and finished elsewhere; then the core comes back. */
  async trial(fault: Fault): Promise<Recovery> {
    await this.gateway.ask('ready', undefined);
    await this.gateway.ask('clearStreams', undefined);
    const room = this.trials++;
    const watched = await this.world.ask('watch', { site: this.site, room, text: 'Tell me a long story' });
    const hurt = await this.growing();
    // Anywhere between two edits, which are a second apart.
    await pause((room * 137) % 1_000);
    const core = this.cores.find(({ url }) => url === hurt.url);
    if (!core) throw new Error(`no core of ours answers at ${hurt.url}`);
    const at = stamp();
    await core.hurt(fault);
    try {
      const next = await this.firstTextElsewhere(hurt.url);
      const before = (await this.streams()).find(({ url }) => url === hurt.url)?.characters ?? 0;
      const visible = await this.growth(watched, before, at);
      return { token: next - at, visible: visible - at };
    } finally {
      await this.world.ask('stop', { site: this.site, room });
      await core.revive();
    }
  }

  async close(): Promise<void> {
    await this.gateway.end();
    for (const core of this.cores) await core.end();
  }

  private async growing(): Promise<Stream> {
    let found: Stream | undefined;
    await until(
      'an answer grows',
      async () => {
        found = (await this.streams()).find(({ tokens, over }) => tokens >= TOKENS_BEFORE && !over);
        return found !== undefined;
      },
      { withinMs: PATIENCE_MS },
    );
    if (!found) throw new Error('no answer grows');
    return found;
  }

  private async firstTextElsewhere(hurt: string): Promise<number> {
    let at: number | undefined;
    await until(
      'the other core goes on',
      async () => {
        at = (await this.streams()).find(
          ({ url, firstAt }) => url !== hurt && firstAt !== undefined,
        )?.firstAt;
        return at !== undefined;
      },
      { withinMs: PATIENCE_MS },
    );
    return at ?? NaN;
  }

  /** The first state of the answer on the chat server that holds more than the broken core had said. */
  private async growth(watched: number, characters: number, since: number): Promise<number> {
    let at: number | undefined;
    await until(
      'people see the answer go on',
      async () => {
        const versions = (await this.world.ask('seen', watched))?.versions ?? [];
        at = versions.find((version) => version.at > since && version.characters > characters)?.at;
        return at !== undefined;
      },
      { withinMs: PATIENCE_MS, everyMs: 50 },
    );
    return at ?? NaN;
  }

  /** Only answers to people: what proves that a core generates goes to it by another call. */
  private async streams(): Promise<Stream[]> {
    return (await this.gateway.ask('streams', undefined)).filter(({ asked }) => asked.includes('long story'));
  }
}
