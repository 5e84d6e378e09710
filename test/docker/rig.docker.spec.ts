import { eventually } from '../support/chat-person';
import { docker, tryDocker } from './support/docker-command';
import { dockerRig } from './support/docker-rig';
import { DockerStage, labelled } from './support/docker-stage';

const rig = dockerRig();
const ASK = `
const [url, model] = process.argv.slice(1);
const body = JSON.stringify({ model, stream: false, messages: [{ role: 'user', content: 'Say hello.' }],
  options: { num_predict: 8, num_thread: 1, temperature: 0 } });
fetch(url + '/api/chat', { method: 'POST', body }).then((answer) => answer.json())
  .then((answer) => console.log(JSON.stringify({ text: answer.message?.content, done: answer.done, error: answer.error })));
`;

describe('the Docker rig', () => {
  let stage: DockerStage;
  beforeEach(async () => (stage = await DockerStage.open()));
  afterEach(() => stage.close());

  it('labels every image, so that they can be found and removed', async () => {
    for (const image of Object.values(rig.images))
      expect(
        await docker('image', 'inspect', '--format', '{{index .Config.Labels "rdzen.rig"}}', image),
      ).toBe('true');
  });

  it('has a base that can stand in for the official Node image', async () => {
    const out = await docker(
      'run',
      '--rm',
      rig.images.base,
      'sh',
      '-c',
      'node --version && id -u node && ls /etc/ssl/certs',
    );
    expect(out).toBe(`${process.version}\n1000\nca-certificates.crt`);
  });

  it('has docker compose 2.24 or newer', async () => {
    const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(await docker('compose', 'version', '--short')) ?? [];
    expect(Number(major) * 1000 + Number(minor)).toBeGreaterThanOrEqual(2024);
  });

  it('has a scripted core and a real Ollama with its model, which answer by name on an internal network', async () => {
    const network = await stage.network('inside', { internal: true });
    const at = (alias: string): string[] => ['--network', network, '--network-alias', alias];
    await stage.run('core', rig.images.core, at('core'));
    await stage.run('ollama', rig.images.ollama, [
      ...at('ollama'),
      '--volume',
      `${rig.modelsDir}:/models:ro`,
      ...['--env', 'OLLAMA_MODELS=/models', '--env', 'OLLAMA_NOPRUNE=1'],
    ]);
    const asker = await stage.run('asker', rig.images.base, ['--network', network], ['sleep', '300']);
    for (const [host, model] of [
      ['core', 'scripted'],
      ['ollama', rig.model],
    ] as const) {
      const { stdout } = await eventually(
        () => tryDocker(['exec', asker, 'node', '-e', ASK, `http://${host}:11434`, model]),
        ({ code }) => code === 0,
        60_000,
        `${host} answers`,
      );
      const answer = JSON.parse(stdout) as { text?: string; done?: boolean; error?: string };
      expect(answer).toEqual({ text: expect.stringMatching(/\w/), done: true });
    }
  }, 180_000);

  it('has a chat server that becomes healthy', async () => {
    const chat = await stage.run('chat', rig.images.chat, ['--env', 'BOT_PASSWORD=secret']);
    await eventually(
      () => docker('inspect', '--format', '{{.State.Health.Status}}', chat),
      (status) => status === 'healthy',
      30_000,
      'the chat server is healthy',
    );
  }, 60_000);

  it('leaves nothing behind', async () => {
    const network = await stage.network('net');
    const volume = await stage.volume('vol');
    await stage.run(
      'sleeper',
      rig.images.base,
      ['--network', network, '--volume', `${volume}:/v`],
      ['sleep', '300'],
    );
    expect((await labelled(stage.label)).map(({ kind }) => kind)).toEqual(['container', 'network', 'volume']);
    await stage.close();
    expect(await labelled(stage.label)).toEqual([]);
  }, 60_000);
});
