import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, freemem } from 'node:os';
import { join, resolve } from 'node:path';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AccessGuard } from './admin/access.guard';
import { rememberedActiveCore } from './admin/shared-files.service';
import { AppModule, MIGRATIONS, type Foundations } from './app.module';
import { ChatServerLauncher, type ChatServerAddress } from './chat-gateway/chat-server-launcher';
import type { Settings } from './config/settings';
import { EmbeddedPrograms } from './containers/embedded-programs';
import { ProcessContainerEngine } from './containers/process-container-engine';
import { SystemPrompt } from './conversation/system-prompt';
import { CoreLauncher, type LaunchedCores } from './core-registry/core-launcher';
import { PostIdKey } from './journal/post-id';
import type { RdzenLogger } from './observability/rdzen-logger';
import { HttpOllamaApi } from './ollama/http-ollama-api';
import { DdpChatRealtime } from './rocket-chat/ddp-chat-realtime';
import { RestChatApi } from './rocket-chat/rest-chat-api';
import { CrashPoints } from './shared/crash-points';
import { freePort, portProblem } from './shared/free-port';
import { LethalCrashPoints } from './shared/lethal-crash-points';
import { RdzenError } from './shared/rdzen-error';
import { SystemClock } from './shared/system-clock';
import { SystemRandom } from './shared/system-random';
import { readIfThere, writeAtomically } from './storage/atomic-file';
import { LibsqlStore } from './storage/libsql-store';

const BODY_LIMIT = 256 * 1024;

/** Everything that stands before the application does. */
export interface Prepared {
  foundations: Foundations;
  cores: LaunchedCores;
  chat: ChatServerAddress;
  /** Core to make active where the database does not say. */
  preferredCore: number;
  /** The assistant was set up on this data folder before. */
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
  const chatPort = settings.RDZEN_CHAT_PORT || (await freePort());
  await requirePort(settings.RDZEN_PORT, settings.RDZEN_BIND, 'RDZEN_PORT', 'The API');
  if (!settings.ROCKETCHAT_URL)
    await requirePort(chatPort, settings.RDZEN_BIND, 'RDZEN_CHAT_PORT', 'The chat page');

  const store = LibsqlStore.open(join(data, 'rdzen.db'));
  await store.migrate(MIGRATIONS);
  const { secret, knownHere } = await openSecret(join(data, 'secret.key'));
  const botPassword =
    settings.ROCKETCHAT_PASSWORD ?? createHmac('sha256', secret).update('bot password').digest('base64url');
  for (const hidden of [botPassword, settings.ROCKETCHAT_TOKEN, secret.toString('hex')]) logger.hide(hidden);

  const programs = new EmbeddedPrograms(__dirname, environment.PATH ?? '');
  const engine = new ProcessContainerEngine({
    programs,
    runDir: join(data, 'run'),
    clock,
    random,
    environment,
  });
  try {
    const ollama = new HttpOllamaApi(clock);
    const machine = {
      ollama: settings.RDZEN_CORE === 'scripted' ? undefined : await programs.findOllama(),
      cpus: cpus().length,
      freeMemoryBytes: freemem(),
      freePort,
    };
    const [cores, chat] = await Promise.all([
      new CoreLauncher(settings, engine, ollama, clock).launch(machine),
      new ChatServerLauncher(settings, engine).launch(chatPort, botPassword),
    ]);
    const account = new RestChatApi({
      url: chat.url,
      username: settings.ROCKETCHAT_USER,
      password: botPassword,
      userId: settings.ROCKETCHAT_USER_ID,
      token: settings.ROCKETCHAT_TOKEN,
      clock,
      random,
    });
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
    };
    const preferredCore = (await rememberedActiveCore(data)) ?? settings.ACTIVE_CORE_ID;
    return { foundations, cores, chat, preferredCore, knownHere };
  } catch (error) {
    await engine.close();
    await store.close();
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
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.on(foundations), adapter, {
    logger,
    abortOnError: false,
  });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  const guard = app.get(AccessGuard);
  adapter.getInstance().addHook('onRequest', async (request) => {
    if (/^\/docs(-json|\/|\?|$)/.test(request.url)) await guard.admit(request, 'local');
  });
  SwaggerModule.setup('docs', app, () => openApi(app), {
    jsonDocumentUrl: 'docs-json',
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
    .addTag('messages', 'Questions and dead letters')
    .addTag('health', 'Probes')
    .build();
  return SwaggerModule.createDocument(app, config);
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

/** The key all post ids are derived from. It must outlive the journal, so it has a file of its own. */
async function openSecret(path: string): Promise<{ secret: Buffer; knownHere: boolean }> {
  const stored = (await readIfThere(path))?.trim();
  if (stored !== undefined) {
    if (!/^[0-9a-f]{64}$/.test(stored)) {
      throw new RdzenError(
        'STORE_DAMAGED',
        `The file ${path} does not hold a key of 64 hex digits. Restore it from a backup; without one, delete it: answers of the last hour may then be posted twice.`,
      );
    }
    return { secret: Buffer.from(stored, 'hex'), knownHere: true };
  }
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
