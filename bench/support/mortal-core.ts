import { Child } from './child';
import { CoreProcess } from './core-process';
import type { HurtableCore } from './hurtable-core-program';

export type Fault = 'SIGKILL' | 'SIGSTOP' | 'hang';

/** A scripted core that can be hurt, and brought back to what it was. */
export interface MortalCore {
  readonly url: string;
  hurt(fault: Fault): Promise<void>;
  revive(): Promise<void>;
  end(): Promise<void>;
}

/** The program as it is, hurt by signals. */
export class SignalledCore implements MortalCore {
  private last?: Fault;

  private constructor(private readonly process: CoreProcess) {}

  static async start(tokensPerSecond: number): Promise<SignalledCore> {
    return new SignalledCore(await CoreProcess.start({ CORE_TOKENS_PER_SECOND: String(tokensPerSecond) }));
  }

  get url(): string {
    return this.process.url;
  }

  hurt(fault: Fault): Promise<void> {
    if (fault === 'hang') throw new Error('this one is hurt by signals only');
    this.last = fault;
    this.process.signal(fault);
    return Promise.resolve();
  }

  async revive(): Promise<void> {
    if (this.last === 'SIGSTOP') return this.process.signal('SIGCONT');
    await this.process.end();
    await this.process.run();
  }

  end(): Promise<void> {
    return this.process.end();
  }
}

/** Its runner hangs, its HTTP API goes on answering. */
export class HangingCore implements MortalCore {
  private constructor(
    private readonly child: Child<HurtableCore>,
    readonly url: string,
  ) {}

  static async start(tokensPerSecond: number): Promise<HangingCore> {
    const child = Child.start<HurtableCore>('hurtable-core-program.ts');
    const { url } = await child.ask('start', { tokensPerSecond });
    return new HangingCore(child, url);
  }

  hurt(fault: Fault): Promise<void> {
    if (fault !== 'hang') throw new Error('this one only hangs');
    return this.child.ask('hang', undefined);
  }

  revive(): Promise<void> {
    return this.child.ask('heal', undefined);
  }

  end(): Promise<void> {
    return this.child.end();
  }
}
