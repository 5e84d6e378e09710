import { type CoreContainers, NoCoreContainers } from '../../../../src/containers/core-containers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPackage } from '@nestjs/common/internal';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyStatic from '@fastify/static';
import * as transformer from 'class-transformer';
import * as validator from 'class-validator';
import { sandboxPorts } from '../../../../src/app.docker';
import { Lifecycle } from '../../../../src/app.lifecycle';
import { MIGRATIONS, type Foundations } from '../../../../src/app.module';
import { createApp } from '../../../../src/app.setup';
import { ApiKeys } from '../../../../src/admin/api-keys.service';
import { rememberedActiveCore } from '../../../../src/admin/shared-files.service';
import { HttpsDocuments } from '../../../../src/component-registry/catalogue/https-documents';
import { Settings } from '../../../../src/config/settings';
import { SystemPrompt } from '../../../../src/conversation/system-prompt';
import type { CoreDefinition } from '../../../../src/core-registry/core.types';
import { EventBus } from '../../../../src/events/event-bus';
import { ModelProfile } from '../../../../src/core-registry/model-profile';
import { PostIdKey } from '../../../../src/journal/post-id';
import { HttpOllamaApi } from '../../../../src/ollama/http-ollama-api';
import type { ChatMessage, ChatRoom } from '../../../../src/rocket-chat/chat-types';
import { CrashPoints } from '../../../../src/shared/crash-points';
import { SystemClock } from '../../../../src/shared/system-clock';
import { SystemRandom } from '../../../../src/shared/system-random';
import { LibsqlStore } from '../../../../src/storage/libsql-store';
import { eventually } from '../../../support/chat-person';
import { BOT, FakeChat, FakeRealtime, type FakePerson } from './fake-chat';
import { FakeCores, NoContainers } from './fake-cores';

export interface Reply {
  status: number;
  headers: Record<string, unknown>;
  type: string;
  text: string;
  /** The parsed body; an empty object where it is no JSON object. */
  body: Record<string, unknown>;
}

interface Ask {
  /** The admin key unless given; '' for none. */
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Where the request comes from. */
  from?: string;
}

interface Options {
  /** Where further cores are made, beside cores that have containers; nowhere unless given. */
  coreContainers?: CoreContainers;
  settings?: Partial<Settings>;
  cores?: number;
  data?: string;
  /** Of cores that are reached over HTTP, in place of those in memory. */
  coreUrls?: string[];
  /** The application is made, and nothing of it runs yet. */
  made?: (app: NestFastifyApplication) => void;
  /** In place of an engine. */
  components?: Pick<Foundations, 'components' | 'images'>;
}

/**
 * The whole application in this process, built and started as the real one, over a workspace and cores in memory.
 * Real: HTTP, journal (a file), lanes, commands, failover, health monitor, shared files, clock.
 */
export class InProcessRdzen {
  readonly chat = new FakeChat();
  readonly realtime = new FakeRealtime();
  readonly cores = new FakeCores();
  readonly definitions: CoreDefinition[];
  adminKey = '';
  /** Where it listens. */
  url = '';
  private messageNumber = 0;
  private lifecycle?: Lifecycle;
  private started?: NestFastifyApplication;
  private store?: LibsqlStore;

  private constructor(
    readonly data: string,
    private readonly options: Options,
  ) {
    this.definitions = Array.from({ length: options.coreUrls?.length ?? options.cores ?? 2 }, (_, index) => ({
      id: index + 1,
      kind: 'external',
      url: options.coreUrls?.[index] ?? `http://core${index + 1}.invalid`,
      host: `host${index + 1}`,
      slots: 4,
      ...(options.coreContainers ? { container: `core${index + 1}` } : {}),
    }));
  }

  /** Everything up, but not waited for. */
  static async launch(options: Options = {}, prepare: (sut: InProcessRdzen) => void = () => undefined) {
    const sut = new InProcessRdzen(options.data ?? mkdtempSync(join(tmpdir(), 'rdzen-in-process-')), options);
    prepare(sut);
    await sut.start();
    return sut;
  }

  /** Connected with the chat, and every core proven. */
  static async ready(
    options: Options = {},
    prepare?: (sut: InProcessRdzen) => void,
  ): Promise<InProcessRdzen> {
    const sut = await InProcessRdzen.launch(options, prepare);
    await sut.proven();
    await sut.becomes(({ rocketchat_connected }) => rocketchat_connected === true);
    return sut;
  }

  get app(): NestFastifyApplication {
    if (!this.started) throw new Error('not started');
    return this.started;
  }

  async start(): Promise<void> {
    const clock = new SystemClock();
    this.store = LibsqlStore.open(join(this.data, 'rdzen.db'));
    await this.store.migrate(MIGRATIONS);
    const settings = Object.assign(new Settings(), {
      RDZEN_DATA: this.data,
      RDZEN_PORT: 0,
      ...this.options.settings,
    });
    const profile = new ModelProfile('fake', { num_ctx: 4096, num_predict: 512 });
    const foundations: Foundations = {
      settings,
      store: this.store,
      clock,
      random: new SystemRandom(),
      engine: new NoContainers(),
      ollama: this.options.coreUrls ? new HttpOllamaApi(clock) : this.cores,
      chat: this.chat,
      realtime: this.realtime,
      profile,
      postIds: new PostIdKey(Buffer.alloc(32, 7)),
      prompt: new SystemPrompt('You are a test.'),
      crash: new CrashPoints(),
      web: new HttpsDocuments({}),
      coreContainers: this.options.coreContainers ?? new NoCoreContainers(),
      ...(this.options.components ??
        sandboxPorts(settings.RDZEN_DOCKER_HOST, { owner: 'in-process', run: 'in-process' }, clock)),
    };
    await preload();
    const app = await createApp(foundations, false);
    this.started = app;
    this.options.made?.(app);
    this.lifecycle = new Lifecycle(app, {
      foundations,
      cores: { definitions: this.definitions, profile, lacking: [] },
      chat: { url: 'http://chat.invalid', embedded: false },
      preferredCore:
        (await rememberedActiveCore(
          this.data,
          this.definitions.map(({ id }) => id),
        )) ?? settings.ACTIVE_CORE_ID,
      knownHere: false,
    });
    this.url = await this.lifecycle.start();
    this.adminKey = await this.key('admin');
  }

  key(scope: 'read' | 'operate' | 'admin'): Promise<string> {
    return this.app.get(ApiKeys).create(`test ${scope}`, scope);
  }

  async ask(method: 'GET' | 'POST' | 'DELETE' | 'HEAD', url: string, ask: Ask = {}): Promise<Reply> {
    const { key = this.adminKey, body, headers = {}, from = '127.0.0.1' } = ask;
    const response = await this.app
      .getHttpAdapter()
      .getInstance()
      .inject({
        method,
        url,
        remoteAddress: from,
        headers: {
          ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        payload: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      });
    const text = response.body;
    return {
      status: response.statusCode,
      headers: response.headers,
      type: String(response.headers['content-type'] ?? ''),
      text,
      body: objectOf(text),
    };
  }

  async status(): Promise<Record<string, unknown>> {
    return (await this.ask('GET', '/status', { key: '' })).body;
  }

  becomes(good: (status: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return eventually(() => this.status(), good, 10_000, 'the status asked for');
  }

  /**
   * What a request can change: the status at a moment when the process trusts its clock, which a busy machine makes it doubt,
   * and without the pace of cores, which is measured and forgotten by itself.
   */
  async standing(): Promise<Record<string, unknown>> {
    const { cores, ...rest } = await this.becomes(({ mode }) => mode !== 'TILT');
    const paceless = (cores as Record<string, unknown>[]).map(({ tokens_per_second: _, ...core }) => core);
    return { ...rest, cores: paceless };
  }

  /** Every core is ready, and nothing about it is still to be found out. */
  proven(): Promise<Record<string, unknown>> {
    return this.becomes(({ cores }) =>
      (cores as Record<string, unknown>[]).every(
        ({ state, continues }) => state === 'ready' && continues !== undefined,
      ),
    );
  }

  /** The core with this number falls, as the health monitor sees it. */
  async fall(id: number): Promise<void> {
    this.cores.down.add(this.definitions[id - 1]?.url ?? '');
    await this.becomes(({ cores }) => (cores as { state: string }[])[id - 1]?.state === 'down');
  }

  /** Core 1 is active, every core is proven and held in nothing, and nothing is going on. */
  async settled(): Promise<void> {
    this.cores.down.clear();
    this.cores.pace = 0;
    this.cores.reply = (question) => `You said: ${question}`;
    const body = {};
    const { conditions } = (await this.ask('GET', '/api/v1/failover')).body as {
      conditions: { kind: string }[];
    };
    if (conditions.some(({ kind }) => kind === 'paused' || kind === 'pinned'))
      await this.ask('POST', '/api/v1/failover/resume', { body });
    for (const { id } of this.definitions)
      for (const what of ['maintenance', 'drain']) await this.ask('DELETE', `/api/v1/cores/${id}/${what}`);
    await this.proven();
    await this.idle();
    await this.ask('POST', '/switch_core', { body: { core_id: 1 } });
    await this.idle();
  }

  /** No switch is going on, and nothing is being written. */
  idle(): Promise<Record<string, unknown>> {
    return this.becomes(
      ({ mode, cores }) =>
        mode !== 'SWITCHING' && (cores as { in_flight: number }[]).every((core) => core.in_flight === 0),
    );
  }

  /** Somebody asks for a long answer, which is being written by then. @returns the question */
  async longAnswer(person: FakePerson, words = 60): Promise<ChatMessage> {
    this.cores.pace = 50;
    this.cores.reply = () => Array.from({ length: words }, (_, index) => `word${index}`).join(' ');
    const asked = this.cores.asked.length;
    const question = this.say(person, this.chat.direct(person), 'Tell me everything');
    await eventually(
      () => this.cores.asked.length,
      (count) => count > asked,
      5_000,
      'the answer is being written',
    );
    return question;
  }

  /** A person writes; resolves with the message as stored. */
  say(person: FakePerson, room: ChatRoom, text: string, extra: Partial<ChatMessage> = {}): ChatMessage {
    const id = `message${++this.messageNumber}of${person.username}`;
    const mentions = text.includes(`@${BOT.username}`) ? [{ id: BOT.userId, username: BOT.username }] : [];
    const { id: authorId, username, name } = person;
    const author = { id: authorId, username, ...(name === undefined ? {} : { name }) };
    const message = this.chat.put({ id, roomId: room.id, text, author, mentions, ...extra });
    this.realtime.deliver({ ...message }, room);
    return message;
  }

  /** What the assistant said in answer to a message: in its thread, or after it in a direct message. */
  answersTo(message: ChatMessage): string[] {
    return [...this.chat.messages.values()]
      .filter(
        ({ author, roomId, threadId, at }) =>
          author.id === BOT.userId &&
          roomId === message.roomId &&
          (threadId === undefined ? at > message.at : threadId === (message.threadId ?? message.id)),
      )
      .filter(({ at }) => at > message.at)
      .map(({ text }) => text);
  }

  async answerTo(message: ChatMessage): Promise<string> {
    const answers = await eventually(
      () => this.answersTo(message).filter((text) => !text.endsWith('▍')),
      ({ length }) => length > 0,
      10_000,
      `an answer to ${message.text}`,
    );
    return answers[0] ?? '';
  }

  /** Stops it; the data stays where {@link Options.data} was given or `keep` is set. */
  async stop(keep = false): Promise<void> {
    await this.lifecycle?.stop();
    const { failures } = this.app.get(EventBus);
    if (failures > 0)
      throw new Error(`${failures} listeners of events failed; the log of the run names them`);
    if (!keep) rmSync(this.data, { recursive: true, force: true });
  }
}

/** Nest imports these dynamically, which jest cannot do; what is loaded already is not imported again. */
async function preload(): Promise<void> {
  const packages = {
    '@fastify/static': fastifyStatic,
    'class-validator': validator,
    'class-transformer': transformer,
  };
  for (const [name, loaded] of Object.entries<unknown>(packages))
    await loadPackage(name, 'the tests', () => Promise.resolve(loaded));
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
