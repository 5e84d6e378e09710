import { ChatServer } from './chat-server';
import { optionsFromEnvironment } from './chat-server-options';

/**
 * Environment: PORT, HOST, DATA_FILE, BOT_USERNAME, BOT_PASSWORD, ADMIN_KEY_FILE, ADMIN_ROOM, CHAT_LANGUAGE,
 * GATEWAY_URL and GATEWAY_KEY for the page's view of the cores, and EXIT_ON_STDIN_EOF=1 to end with the parent that
 * holds our stdin.
 */
async function main(): Promise<void> {
  const options = optionsFromEnvironment(process.env);
  const server = new ChatServer(options);
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(0);
    ending = true;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (process.env['EXIT_ON_STDIN_EOF'] === '1') {
    process.stdin.on('end', end);
    process.stdin.on('error', end);
    process.stdin.resume();
  }
  try {
    const { port, url } = await server.start();
    process.stdout.write(`${JSON.stringify({ ready: true, port, url })}\n`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Error(
        `Port ${options.port} is in use. Stop the program that holds it, or set PORT to another number.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

function fail(error: unknown): void {
  process.stderr.write(`chat server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
