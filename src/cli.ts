import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { sandboxPorts } from './app.docker';
import { createApp, openApi, version } from './app.setup';
import { MIGRATIONS, type Foundations } from './app.module';
import { HttpsDocuments } from './component-registry/catalogue/https-documents';
import { PushRefused } from './component-registry/catalogue/push-catalogue';
import { pushCommand, PUSH_USAGE } from './component-registry/catalogue/push-command';
import { SigningRefused } from './component-registry/catalogue/sign-catalogue';
import { signCommand, SIGN_USAGE } from './component-registry/catalogue/sign-command';
import { lintManifest } from './component-registry/manifest/lint-manifest';
import { lintReport } from './component-registry/manifest/lint-report';
import { packCommand, PackInterrupted } from './component-registry/packing/pack-command';
import { loadSettings } from './config/load-settings';
import { Settings } from './config/settings';
import { ProcessContainerEngine } from './containers/process-container-engine';
import { NoCoreContainers } from './containers/core-containers';
import { EmbeddedPrograms } from './containers/embedded-programs';
import { SystemPrompt } from './conversation/system-prompt';
import { ModelProfile } from './core-registry/model-profile';
import { PostIdKey } from './journal/post-id';
import { HttpOllamaApi } from './ollama/http-ollama-api';
import { DdpChatRealtime } from './rocket-chat/ddp-chat-realtime';
import { RestChatApi } from './rocket-chat/rest-chat-api';
import { CrashPoints } from './shared/crash-points';
import { RdzenError } from './shared/rdzen-error';
import { SystemClock } from './shared/system-clock';
import { SystemRandom } from './shared/system-random';
import { LibsqlStore } from './storage/libsql-store';

interface Command {
  what: string;
  /** What has to follow it; undefined: nothing may. */
  takes?: string;
  /** It reads its arguments itself. */
  options?: true;
  run(...args: string[]): Promise<string> | string;
}

/** What it has to say goes out all the same. */
class Failed extends Error {}

const COMMANDS = new Map<string, Command>([
  ['openapi', { what: 'print the OpenAPI document of the REST API (JSON)', run: openapiDocument }],
  [
    'component lint',
    { what: 'check the manifest of a component (server.json)', takes: 'FILE', run: componentLint },
  ],
  [
    'component pack',
    {
      what: 'make a component out of an npm package with an MCP server, and push it',
      takes: 'NPM-NAME@VERSION [...]',
      options: true,
      run: componentPack,
    },
  ],
  [
    'catalogue sign',
    {
      what: 'sign every entry of a folder, and write the public key beside them',
      takes: SIGN_USAGE,
      options: true,
      run: catalogueSign,
    },
  ],
  [
    'catalogue push',
    {
      what: 'put a signed folder into an image registry, as a source of the kind oci',
      takes: PUSH_USAGE,
      options: true,
      run: cataloguePush,
    },
  ],
  ['--help', { what: 'print this list', run: help }],
  ['--version', { what: 'print the version', run: version }],
]);

function help(): string {
  const shown = [...COMMANDS].map(
    ([name, { what, takes }]) => [takes ? `${name} ${takes}` : name, what] as const,
  );
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`);
  return [
    'Usage: node dist/cli.js <command>',
    '',
    ...lines,
    '',
    'To run Rdzen itself: npm start, or node dist/main.js',
  ].join('\n');
}

/** Builds the application on foundations that reach nothing outside this process, and starts none of it. */
async function openapiDocument(): Promise<string> {
  const store = new LibsqlStore(':memory:');
  try {
    await store.migrate(MIGRATIONS);
    const app = await createApp(idleFoundations(store), false);
    const { paths, components, ...head } = openApi(app);
    const document = {
      ...head,
      paths: sorted(paths),
      components: { ...components, schemas: sorted(components?.schemas ?? {}) },
    };
    await app.close();
    return JSON.stringify(document, null, 2);
  } finally {
    await store.close();
  }
}

/** Adapters that act only when they are called, which nothing here does. */
function idleFoundations(store: LibsqlStore): Foundations {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const chat = { url: 'http://127.0.0.1:9', clock, random };
  const account = new RestChatApi({ ...chat, username: 'nobody', password: 'none' });
  return {
    settings: new Settings(),
    store,
    clock,
    random,
    engine: new ProcessContainerEngine({
      programs: new EmbeddedPrograms(__dirname, ''),
      runDir: '',
      clock,
      random,
      environment: {},
    }),
    ollama: new HttpOllamaApi(clock),
    chat: account,
    realtime: new DdpChatRealtime({ ...chat, account }),
    profile: new ModelProfile('none', {}),
    postIds: new PostIdKey(Buffer.alloc(32)),
    prompt: new SystemPrompt(''),
    crash: new CrashPoints(),
    web: new HttpsDocuments({}),
    coreContainers: new NoCoreContainers(),
    ...sandboxPorts('unix:///nowhere', { owner: '', run: '' }, clock),
  };
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function componentLint(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failed(`${file} cannot be read: ${(error as Error).message}`);
  }
  const linted = lintManifest(text);
  const report = lintReport(file, linted);
  if (!linted.manifest) throw new Failed(report);
  return report;
}

async function componentPack(...args: string[]): Promise<string> {
  try {
    return await packCommand(args, loadSettings(process.env), process.env);
  } catch (error) {
    if (error instanceof RdzenError) throw new Failed(`${error.code}: ${error.message}`);
    if (error instanceof PackInterrupted) throw new Failed(error.message);
    throw error;
  }
}

async function catalogueSign(...args: string[]): Promise<string> {
  try {
    return await signCommand(args);
  } catch (error) {
    if (error instanceof SigningRefused) throw new Failed(error.message);
    throw error;
  }
}

async function cataloguePush(...args: string[]): Promise<string> {
  try {
    return await pushCommand(args, loadSettings(process.env), process.env);
  } catch (error) {
    if (error instanceof RdzenError) throw new Failed(`${error.code}: ${error.message}`);
    if (error instanceof PushRefused) throw new Failed(error.message);
    throw error;
  }
}

/** A command is one word, or two. */
function commandOf([first = '--help', second, ...rest]: string[]): [string, Command | undefined, string[]] {
  if (first === '-h' || first === 'help') return ['--help', COMMANDS.get('--help'), []];
  const both = `${first} ${second}`;
  const command = COMMANDS.get(both);
  if (command) return [both, command, rest];
  return [first, COMMANDS.get(first), second === undefined ? rest : [second, ...rest]];
}

async function main(given: string[]): Promise<void> {
  const [name, command, args] = commandOf(given);
  const problem =
    command === undefined
      ? `Unknown command "${name}".`
      : command.takes === undefined && args.length > 0
        ? `"${name}" takes no arguments, but got: ${args.join(' ')}`
        : command.takes !== undefined && !command.options && args.length !== 1
          ? `"${name}" takes one argument: ${command.takes}`
          : undefined;
  if (problem !== undefined || !command) {
    process.stderr.write(`${problem}\n\n${help()}\n`);
    process.exitCode = 1;
    return;
  }
  try {
    process.stdout.write(`${await command.run(...args)}\n`);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
