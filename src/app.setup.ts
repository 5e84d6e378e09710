import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AccessGuard } from './admin/access.guard';
import { ApiKeys, PAGE_KEY } from './admin/api-keys.service';
import { requireFlatBody } from './admin/flat-body';
import { refuseUnreadable, refuseUnroutable } from './admin/raw-refusals';
import { accountMaker, chatAccount, chatPassword, type ChatMeans } from './app.chat';
import { makerOf, openDocker, helperSettings, sandboxPorts } from './app.docker';
import { surveyMachine } from './app.machine';
import { rememberedActiveCore } from './admin/shared-files.service';
import { AppModule, MIGRATIONS, type Foundations } from './app.module';
import { ChatServerLauncher, type ChatServerAddress } from './chat-gateway/chat-server-launcher';
import { HttpsDocuments } from './component-registry/catalogue/https-documents';
import type { Settings } from './config/settings';
import { CombinedContainerEngine } from './containers/combined-container-engine';
import type { ContainerEngine } from './containers/container-engine';
import { NoCoreContainers } from './containers/core-containers';
import { EmbeddedPrograms } from './containers/embedded-programs';
import { ProcessContainerEngine } from './containers/process-container-engine';
import { SystemPrompt } from './conversation/system-prompt';
import { CoreLauncher, type LaunchedCores } from './core-registry/core-launcher';
import type { EngineProblem } from './core-registry/core-preparation';
import { stoppedCores } from './core-registry/holds';
import type { EngineSource } from './failover/engine-provider.service';
import { PostIdKey } from './journal/post-id';
import { Watermarks } from './journal/watermarks';
import type { RdzenLogger } from './observability/rdzen-logger';
import { HttpOllamaApi } from './ollama/http-ollama-api';
import type { AccountMaker } from './rocket-chat/account-maker';
import { DdpChatRealtime } from './rocket-chat/ddp-chat-realtime';
import { CrashPoints } from './shared/crash-points';
import { freePort, portProblem, reservePort } from './shared/free-port';
import { LethalCrashPoints } from './shared/lethal-crash-points';
import { RdzenError } from './shared/rdzen-error';
import { SystemClock } from './shared/system-clock';
import { SystemRandom } from './shared/system-random';
import { readIfThere, writeAtomically } from './storage/atomic-file';
import { LibsqlStore } from './storage/libsql-store';

const KEY_MADE = 'key-made';
const BODY_LIMIT = 256 * 1024;

/** Everything that stands before the application does. */
export interface Prepared {
  foundations: Foundations;
  cores: LaunchedCores;
  chat: ChatServerAddress;
  /** Fetches the built-in engine, where something of it is missing. */
  engineSource?: EngineSource;
  /** Why the wanted built-in engine cannot be had. */
  engineProblem?: EngineProblem;
  /** Makes the assistant's account on a chat server of others, where an administrator is known. */
  accountMaker?: AccountMaker;
  /** Core to make active where the database does not say. */
  preferredCore: number;
  /** The assistant was set up on this data folder before, with a journal that is gone where the present one is new. */
  knownHere: boolean;
}

/**
 * Opens the store and starts the embedded programs. The instance lock on the data folder must be held.
 *
 * @throws RdzenError PORT_IN_USE, STORE_DAMAGED
 */
export async function prepare(
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  logger: RdzenLogger,
): Promise<Prepared> {
  const data = settings.RDZEN_DATA;
  const clock = new SystemClock();
  const random = new SystemRandom();
  const programs = new EmbeddedPrograms(__dirname, environment.PATH ?? '', environment);
  const processes = new ProcessContainerEngine({
    programs,
    runDir: join(data, 'run'),
    clock,
    random,
    environment,
  });
  // Nobody listens there before the cores have their ports.
  for (const port of [settings.RDZEN_PORT, settings.RDZEN_CHAT_PORT]) if (port) reservePort(port);
  const chatPort = settings.RDZEN_CHAT_PORT || (await freePort());
  // Chosen before we listen, because the chat page's server has to know it.
  settings.RDZEN_PORT ||= await freePort();
  let engine: ContainerEngine = processes;
  let store: LibsqlStore | undefined;
  try {
    await requirePort(settings.RDZEN_PORT, settings.RDZEN_BIND, 'RDZEN_PORT', 'The API');
    if (!settings.ROCKETCHAT_URL) {
      // After a crash our own chat server may hold its port a moment longer than we live.
      await processes.prepare();
      await requirePort(chatPort, settings.RDZEN_BIND, 'RDZEN_CHAT_PORT', 'The chat page');
      await requireSoundChat(join(data, 'chat.db'));
    }
    store = LibsqlStore.open(join(data, 'rdzen.db'));
    await store.migrate(MIGRATIONS);
    const { secret, knownHere } = await openSecret(join(data, 'secret.key'), new Watermarks(store));
    const botPassword = chatPassword(settings, secret);
    for (const hidden of [
      botPassword,
      settings.ROCKETCHAT_TOKEN,
      settings.ROCKETCHAT_ADMIN_PASSWORD,
      secret.toString('hex'),
    ])
      logger.hide(hidden);

    const maker = makerOf(secret, random);
    const docker = await openDocker(settings, maker, clock, random);
    if (docker) engine = new CombinedContainerEngine(processes, docker.engine);
    const ollama = new HttpOllamaApi(clock);
    const survey = await surveyMachine(settings, programs, environment, clock);
    const health = engine.health();
    if (health.reachable && health.processors !== undefined) survey.machine.cpus = health.processors;
    const pageKey = await new ApiKeys(store, settings, clock, random).replace(PAGE_KEY, 'operate');
    logger.hide(pageKey);
    const [cores, chat] = await Promise.all([
      new CoreLauncher(settings, engine, ollama, clock).launch(survey.machine, await stoppedCores(store)),
      new ChatServerLauncher(settings, engine).launch(chatPort, botPassword, pageKey),
    ]);
    const means: ChatMeans = { settings, secret, password: botPassword, clock, random };
    const account = chatAccount(means, chat, (hidden) => logger.hide(hidden));
    const foundations: Foundations = {
      settings,
      store,
      clock,
      random,
      engine,
      ollama,
      chat: account,
      realtime: new DdpChatRealtime({ url: chat.url, account, clock, random }),
      profile: cores.profile,
      postIds: new PostIdKey(secret),
      prompt: new SystemPrompt(readPrompt(settings)),
      crash: crashPoints(environment),
      web: new HttpsDocuments(environment),
      coreContainers: docker?.cores ?? new NoCoreContainers(),
      ...sandboxPorts(settings.RDZEN_DOCKER_HOST, maker, clock, helperSettings(settings), random),
    };
    const coreIds = cores.definitions.map(({ id }) => id);
    const preferredCore = (await rememberedActiveCore(data, coreIds)) ?? settings.ACTIVE_CORE_ID;
    const { engineSource, engineProblem } = survey;
    const accounts = chat.embedded ? undefined : accountMaker(means);
    return {
      foundations,
      cores,
      chat,
      engineSource,
      engineProblem,
      accountMaker: accounts,
      preferredCore,
      knownHere,
    };
  } catch (error) {
    await engine.close();
    await store?.close();
    throw error;
  }
}

/** The application with its pipes, filters and pages, as the process and every test use it. Not listening yet. */
export async function createApp(
  foundations: Foundations,
  logger: RdzenLogger | false,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    // One idle client would otherwise hold the end up for over a minute.
    forceCloseConnections: 'idle',
    keepAliveTimeout: 1_000,
    frameworkErrors: refuseUnroutable,
    clientErrorHandler: refuseUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.on(foundations), adapter, {
    logger,
    abortOnError: false,
    // Fastify's own JSON parser, and no other: a form from a foreign page must not be a request.
    bodyParser: false,
  });
  adapter.getInstance().removeContentTypeParser('text/plain');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  const guard = app.get(AccessGuard);
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    // By the route, not by the address, which can be written in many ways.
    if (request.routeOptions.url?.startsWith('/docs')) await guard.admit(request, 'local', reply);
  });
  adapter.getInstance().addHook('preValidation', async (request) => requireFlatBody(request.body));
  SwaggerModule.setup('docs', app, () => openApi(app), {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    customSiteTitle: 'Rdzen API',
  });
  await app.init();
  return app;
}

export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const description =
    'Rdzen keeps a chat assistant answering when a language-model core dies. Send a key as `Authorization: Bearer <key>`; the first one lies in `admin.key` in the data folder. Scopes: read < operate < admin. Errors are RFC 9457 problem JSON with a stable `code` (docs/errors.md).';
  const config = new DocumentBuilder()
    .setTitle('Rdzen')
    .setDescription(description)
    .setVersion(version())
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, rdz_<id>.<secret>' })
    .addTag('original', 'The three endpoints of the original design')
    .addTag('failover', 'What happened to the cores')
    .addTag('components', 'The catalogue of components')
    .addTag('messages', 'Questions and dead letters')
    .addTag('keys', 'Who may call')
    .addTag('health', 'Probes')
    .build();
  return SwaggerModule.createDocument(app, config, { autoTagControllers: false });
}

export function version(): string {
  const text = readFileSync(resolve(__dirname, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function requirePort(port: number, host: string, variable: string, what: string): Promise<void> {
  if (port === 0) return;
  const problem = await portProblem(port, host);
  if (problem === undefined) return;
  const why = problem === 'EADDRINUSE' ? 'another program listens there' : problem;
  throw new RdzenError(
    'PORT_IN_USE',
    `${what} cannot listen on ${host}:${port}: ${why}. Stop that program, or set ${variable} to another port.`,
  );
}

/** Found out here, or the chat server would die of it again and again where nobody looks. */
async function requireSoundChat(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const withoutIt =
    'the chat begins anew, with no rooms and no messages, unless you restore the file from a backup';
  await LibsqlStore.open(file, withoutIt).close();
}

/**
 * The key all post ids are derived from. It must outlive the journal, so it has a file of its own. The journal notes
 * that it saw the key made: a key it knows nothing of means that an earlier journal was lost, and not merely that the
 * first start failed.
 */
async function openSecret(path: string, marks: Watermarks): Promise<{ secret: Buffer; knownHere: boolean }> {
  const stored = (await readIfThere(path))?.trim();
  if (stored !== undefined) {
    if (!/^[0-9a-f]{64}$/.test(stored)) {
      throw new RdzenError(
        'STORE_DAMAGED',
        `The file ${path} does not hold a key of 64 hex digits. Restore it from a backup; without one, delete it: answers of the last hour may then be posted twice.`,
      );
    }
    const knownHere = (await marks.fact(KEY_MADE)) === undefined;
    return { secret: Buffer.from(stored, 'hex'), knownHere };
  }
  await marks.setFact(KEY_MADE, 'true');
  const secret = randomBytes(32);
  await writeAtomically(path, `${secret.toString('hex')}\n`, 0o600);
  return { secret, knownHere: false };
}

function readPrompt({ RDZEN_SYSTEM_PROMPT_FILE: file }: Settings): string {
  const path = file ? resolve(file) : join(__dirname, 'conversation', 'system-prompt.md');
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RdzenError(
      'SETTING_INVALID',
      `Settings: RDZEN_SYSTEM_PROMPT_FILE is "${path}", which cannot be read (${(error as Error).message}).`,
      { cause: error },
    );
  }
}

function crashPoints(environment: NodeJS.ProcessEnv): CrashPoints {
  const where = environment.NODE_ENV === 'test' ? environment.RDZEN_CRASH_AT : undefined;
  return where ? new LethalCrashPoints(where) : new CrashPoints();
}
