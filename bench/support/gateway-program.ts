import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Lifecycle } from '../../src/app.lifecycle';
import { createApp, prepare } from '../../src/app.setup';
import { PostService } from '../../src/chat-gateway/post.service';
import { loadSettings } from '../../src/config/load-settings';
import { EventBus } from '../../src/events/event-bus';
import '../../src/journal/journal.events';
import { RdzenLogger } from '../../src/observability/rdzen-logger';
import { temporaryFolder } from './at-exit';
import { serve } from './child';
import { stamp, until } from './clock';
import { directCall } from './direct-call';
import { notePosts } from './noted-chat';
import { ObservedOllama, type Stream } from './observed-ollama';
import { quantile } from './statistics';
import { TimedStore } from './timed-store';

const READY_WITHIN_MS = 60_000;
/** Of the timer that measures the event loop's lag; every sample contains it. */
const LAG_RESOLUTION_MS = 5;

/** The gateway as the process is, over a store and a client that take notes. */
interface Running {
  app: NestFastifyApplication;
  lifecycle: Lifecycle;
  store: TimedStore;
  ollama: ObservedOllama;
  posts: Map<string, number>;
  /** When a question was in the journal, by its room. */
  accepted: Map<string, number>;
}

/** What the gateway spent since it was last asked. */
export interface Spent {
  cpuMs: number;
  writes: number;
  writeP99Ms: number;
  lagP99Ms: number;
  rssMegabytes: number;
}

let running: Running | undefined;
let cpu = process.cpuUsage();
const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
lag.enable();

function gateway(): Running {
  if (!running) throw new Error('the gateway is not started');
  return running;
}

async function ready(app: NestFastifyApplication): Promise<void> {
  const url = await app.getUrl();
  const everyCore = async (): Promise<boolean> => {
    const response = await fetch(`${url}/status`);
    const status = (await response.json()) as { rocketchat_connected: boolean; cores: { state: string }[] };
    return status.rocketchat_connected && status.cores.every(({ state }) => state === 'ready');
  };
  await until('the gateway is ready', everyCore, { withinMs: READY_WITHIN_MS });
}

const calls = {
  /** @param environment the gateway's; its data folder is made here where none is named. */
  start: async (environment: Record<string, string>): Promise<void> => {
    const place = environment['RDZEN_DATA'] ? {} : { RDZEN_DATA: temporaryFolder().path };
    const settings = loadSettings({
      RDZEN_PORT: '0',
      ...place,
      RDZEN_LOG_LEVEL: 'error',
      ...environment,
    });
    const logger = new RdzenLogger(settings.RDZEN_LOG_LEVEL, 'text');
    Logger.overrideLogger(logger);
    const prepared = await prepare(settings, process.env, logger);
    const store = new TimedStore(prepared.foundations.store);
    const ollama = new ObservedOllama(prepared.foundations.clock);
    const foundations = { ...prepared.foundations, store, ollama };
    const app = await createApp(foundations, logger);
    const lifecycle = new Lifecycle(app, { ...prepared, foundations });
    const accepted = new Map<string, number>();
    app.get(EventBus).on('question.accepted', ({ lane }) => void accepted.set(lane, stamp()));
    running = { app, lifecycle, store, ollama, accepted, posts: notePosts(app.get(PostService)) };
    await lifecycle.start();
    await ready(app);
  },
  ready: (): Promise<void> => ready(gateway().app),
  /** Begins to count anew. */
  count: (): void => {
    lag.reset();
    gateway().store.writes.length = 0;
    cpu = process.cpuUsage();
  },
  spent: (): Spent => {
    const { user, system } = process.cpuUsage(cpu);
    const { writes } = gateway().store;
    return {
      cpuMs: (user + system) / 1000,
      writes: writes.length,
      writeP99Ms: quantile(writes, 0.99),
      lagP99Ms: Math.max(0, lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS),
      rssMegabytes: process.memoryUsage.rss() / 1e6,
    };
  },
  /** The requests for answers since {@link count} of streams was cleared. */
  streams: (): Stream[] => gateway().ollama.streams,
  clearStreams: (): void => void (gateway().ollama.streams.length = 0),
  /** Stamps of one exchange, by its lane; what is told is forgotten. */
  passage: (lane: string): { accepted?: number; posted?: number } => {
    const { accepted, posts } = gateway();
    const passage = { accepted: accepted.get(lane), posted: posts.get(lane) };
    accepted.delete(lane);
    posts.delete(lane);
    return passage;
  },
  /** The gateway's last request once more, straight to the core: when it was made, and when its first text was here. */
  direct: ({ url, mark }: { url: string; mark: string }): Promise<{ asked: number; firstText: number }> => {
    const { lastRequest } = gateway().ollama;
    if (!lastRequest) throw new Error('the gateway has not asked anything yet');
    return directCall(url, lastRequest, mark);
  },
};

export type Gateway = typeof calls;

serve(calls, async () => {
  await running?.lifecycle.stop();
});
