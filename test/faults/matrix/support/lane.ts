import { ChatSide } from './chat-side';
import { GatewayLife, type LifeKind } from './gateway-life';
import { OutsideCore } from './outside-core';

/** Of every core. */
export const TOKENS_PER_SECOND = 100;

/** A place where one cell after another is measured: a chat server, two cores, and gateways that come and go. */
export class Lane {
  private current?: GatewayLife;

  private constructor(
    readonly chat: ChatSide,
    readonly cores: readonly OutsideCore[],
  ) {}

  static async open(): Promise<Lane> {
    const [chat, ...cores] = await Promise.all([
      ChatSide.start(),
      OutsideCore.start(1, TOKENS_PER_SECOND),
      OutsideCore.start(2, TOKENS_PER_SECOND),
    ]);
    return new Lane(chat, cores);
  }

  /** A gateway of that kind in which nothing is wrong: the one there is, or a new one. */
  async healthy(kind: LifeKind): Promise<GatewayLife> {
    await this.heal();
    if (this.current && (this.current.worn || this.current.kind !== kind)) await this.end();
    this.current ??= await GatewayLife.begin({
      kind,
      chatUrl: this.chat.line.url,
      coreUrls: this.cores.map(({ line }) => line.url),
      tokensPerSecond: TOKENS_PER_SECOND,
    });
    await this.current.ready();
    return this.current;
  }

  /** What was hurt is well again; who was in the chat leaves. */
  async heal(): Promise<void> {
    await this.chat.calm();
    for (const core of this.cores) await core.revive();
  }

  async close(): Promise<void> {
    await this.end();
    await this.chat.close();
    for (const core of this.cores) await core.close();
  }

  private async end(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.end();
  }
}
