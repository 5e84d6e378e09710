import 'reflect-metadata';
import { createApp, openApi, version } from './app.setup';
import { MIGRATIONS, type Foundations } from './app.module';
import { Settings } from './config/settings';
import { ProcessContainerEngine } from './containers/process-container-engine';
import { EmbeddedPrograms } from './containers/embedded-programs';
import { SystemPrompt } from './conversation/system-prompt';
import { ModelProfile } from './core-registry/model-profile';
import { PostIdKey } from './journal/post-id';
import { HttpOllamaApi } from './ollama/http-ollama-api';
import { DdpChatRealtime } from './rocket-chat/ddp-chat-realtime';
import { RestChatApi } from './rocket-chat/rest-chat-api';
import { CrashPoints } from './shared/crash-points';
import { SystemClock } from './shared/system-clock';
import { SystemRandom } from './shared/system-random';
import { LibsqlStore } from './storage/libsql-store';

interface Command {
  what: string;
  run(): Promise<string> | string;
}

const COMMANDS = new Map<string, Command>([
  ['openapi', { what: 'print the OpenAPI document of the REST API (JSON)', run: openapiDocument }],
  ['--help', { what: 'print this list', run: help }],
  ['--version', { what: 'print the version', run: version }],
]);

function help(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`);
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
  };
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function main([name = '--help', ...rest]: string[]): Promise<void> {
  const command = COMMANDS.get(name === '-h' || name === 'help' ? '--help' : name);
  if (!command || rest.length > 0) {
    const problem = command
      ? `"${name}" takes no arguments, but got: ${rest.join(' ')}`
      : `Unknown command "${name}".`;
    process.stderr.write(`${problem}\n\n${help()}\n`);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`${await command.run()}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
