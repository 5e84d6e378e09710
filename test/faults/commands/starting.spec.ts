import { RunningRdzen } from '../../support/running-rdzen';
import { eventually } from '../../support/chat-person';
import { Terminal } from './support/program';

jest.setTimeout(120_000);

describe('starting it', () => {
  const terminal = new Terminal();
  afterEach(() => terminal.clear());

  it('chat page, API and two cores are up within 5 s', async () => {
    const program = await terminal.run();
    await program.up();
    expect(performance.now() - program.startedAt).toBeLessThan(5_000);
    expect(program.output).toContain('Rdzen is up.');
  });

  it('again at once after a SIGKILL, while its children are still being ended', async () => {
    const data = terminal.folder();
    const first = await (await terminal.run(data)).up();
    const { apiUrl, chatUrl } = first;
    first.signal('SIGKILL');
    await first.exit();
    const ports = { RDZEN_PORT: new URL(apiUrl).port, RDZEN_CHAT_PORT: new URL(chatUrl).port };
    await (await terminal.run(data, ports)).up();
  });

  it('a core that is killed five times comes back each time within 15 s', async () => {
    const rdzen = await RunningRdzen.start();
    try {
      const seen = new Set<number>();
      for (let kill = 1; kill <= 5; kill++) {
        const before = (await rdzen.status()).cores.find(({ id }) => id === 1)?.pid ?? 0;
        expect(seen).not.toContain(before);
        seen.add(before);
        process.kill(before, 'SIGKILL');
        await eventually(
          async () => (await rdzen.status()).cores.find(({ id }) => id === 1),
          (core) => core?.pid !== undefined && core.pid !== before && core.state === 'ready',
          15_000,
          `core 1 is back after kill ${kill}`,
        );
      }
    } finally {
      await rdzen.close();
    }
  });
});
