import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sandboxPorts } from '../../../src/app.docker';
import { Lifecycle } from '../../../src/app.lifecycle';
import type { Foundations } from '../../../src/app.module';
import type { Prepared } from '../../../src/app.setup';
import { SystemPrompt } from '../../../src/conversation/system-prompt';
import { CoreRegistry } from '../../../src/core-registry/core-registry';
import type { CoreDefinition } from '../../../src/core-registry/core.types';
import { ModelProfile } from '../../../src/core-registry/model-profile';
import { PostIdKey } from '../../../src/journal/post-id';
import { Settings } from '../../../src/config/settings';
import { HttpsDocuments } from '../../../src/component-registry/catalogue/https-documents';
import { CrashPoints } from '../../../src/shared/crash-points';
import type { VirtualClock } from '../../support/virtual-clock';
import { ChatAccount } from './chat-account';
import type { ChatServer } from './chat-server';
import { ChatSocket } from './chat-socket';
import type { ChatTrouble } from './chat-trouble';
import { CoreEngine, type CoreMachine } from './core-engine';
import { urlOf, type Cores } from './cores';
import { Dice } from './dice';
import type { Disk } from './disk';
import { FurtherContainers, type FurtherMachine } from './further-containers';
import { Life, MortalClock, type Reaper } from './life';
import { mortal } from './mortal';
import { MortalStore } from './mortal-store';
import type { Plan } from './plan.types';
import { Wiring } from './wiring';

export const POST_SECRET = Buffer.alloc(32, 'canary-of-the-post-ids');
export const PASSWORD = 'canary-password-of-the-bot';

/** What outlives a process. */
export interface Surroundings {
  plan: Plan;
  clock: VirtualClock;
  server: ChatServer;
  trouble: ChatTrouble;
  cores: Cores;
  machine: CoreMachine;
  members: FurtherMachine;
  disk: Disk;
  /** By how much the machine's wall clock is wrong. */
  skewMs: number;
}

/** One gateway process: the product's own objects and its own start and stop, on the surroundings as it finds them. */
export class Gateway {
  readonly life: Life;
  readonly clock: MortalClock;
  readonly engine: CoreEngine;
  readonly socket: ChatSocket;
  readonly startedAt: number;
  readonly wiring: Wiring;
  /** It hears nobody any more, and finishes what it has begun. */
  stopping = false;
  /** It has started, and was not told to stop. */
  running = false;
  private readonly lifecycle: Lifecycle;

  constructor(
    readonly number: number,
    around: Surroundings,
    reaper: Reaper,
  ) {
    const { plan, clock, server, trouble, cores, disk } = around;
    const dice = (stream: string): Dice => new Dice(plan.seed, `${stream} of life ${number}`);
    this.startedAt = clock.monotonic();
    this.life = new Life(reaper);
    this.clock = new MortalClock(clock, this.life);
    this.clock.skewMs = around.skewMs;
    this.engine = new CoreEngine(this.clock, around.machine);
    const account = mortal(new ChatAccount(server, trouble, clock, plan.pageSize), 'ChatApi', this.life);
    this.socket = new ChatSocket(server, account, trouble, this.clock, this.life, dice('socket'));
    const pace = { clock: this.clock, dice: dice('disk'), slow: plan.slowDisk, mostMs: plan.slowDiskMs };
    const foundations: Foundations = {
      settings: Object.assign(new Settings(), {
        RDZEN_STREAMING: plan.streaming,
        ROCKETCHAT_PASSWORD: PASSWORD,
      }),
      store: new MortalStore(disk, this.life, pace),
      clock: this.clock,
      random: dice('random'),
      engine: mortal(this.engine, 'ContainerEngine', this.life),
      ollama: mortal(cores, 'OllamaApi', this.life),
      chat: account,
      realtime: mortal(this.socket, 'ChatRealtime', this.life),
      profile: new ModelProfile('m', { num_ctx: 4096, num_predict: 1024 }),
      postIds: new PostIdKey(POST_SECRET),
      prompt: new SystemPrompt('You are {{name}}. Speak {{language}}.'),
      crash: new CrashPoints(),
      web: new HttpsDocuments({}),
      coreContainers: mortal(
        new FurtherContainers(clock, around.members, dice('containers')),
        'CoreContainers',
        this.life,
      ),
      ...sandboxPorts('unix:///nowhere', { owner: '', run: '' }, this.clock),
    };
    this.wiring = new Wiring(foundations);
    const prepared: Prepared = {
      foundations,
      cores: { definitions: definitions(plan), profile: foundations.profile, lacking: [] },
      chat: { url: 'http://chat' } as Prepared['chat'],
      preferredCore: 1,
      knownHere: false,
    };
    this.lifecycle = new Lifecycle(application(this.wiring), prepared);
  }

  get<T>(token: abstract new (...values: never[]) => T): T {
    return this.wiring.get(token);
  }

  knowsCore(id: number): boolean {
    return this.get(CoreRegistry).has(id);
  }

  async start(): Promise<void> {
    await this.lifecycle.start();
    this.running = !this.stopping;
  }

  /** As on SIGTERM. */
  stop(): Promise<void> {
    this.stopping = true;
    this.running = false;
    return this.lifecycle.stop();
  }

  /** As on SIGSTOP and SIGCONT: what came due meanwhile runs first, then what came in is read. */
  freeze(): void {
    this.life.freeze();
  }

  thaw(): void {
    if (!this.life.frozen) return;
    this.life.frozen = false;
    this.clock.catchUp();
    this.life.thaw();
  }
}

function definitions(plan: Plan): CoreDefinition[] {
  return Array.from({ length: plan.cores }, (_, index) => {
    const id = index + 1;
    const container = plan.containers ? { container: `core${id}` } : {};
    return { id, kind: 'external', url: urlOf(id), host: `host${id}`, slots: plan.slots, ...container };
  });
}

/** As much of the application as start and stop use: the web server is no part of the simulation. */
function application(wiring: Wiring): NestFastifyApplication {
  const app = {
    get: (token: abstract new (...values: never[]) => unknown) => wiring.get(token),
    listen: () => Promise.resolve(),
    getUrl: () => Promise.resolve('http://gateway'),
    close: () => Promise.resolve(),
  };
  return app as unknown as NestFastifyApplication;
}
