import { CoreContainers, type CoreContainerSpec } from '../../../src/containers/core-containers';
import { CoreMembership } from '../../../src/failover/core-membership.service';
import type { ChatMessage } from '../../../src/rocket-chat/chat-types';
import { eventually } from '../../support/chat-person';
import { InProcessRdzen } from './support/in-process-rdzen';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };
const NAME = 'io.example/third';
const URL = 'http://further.invalid';
const OFFER = {
  image: `registry.example/ollama@sha256:${'a'.repeat(64)}`,
  ...{ memoryMiB: 2048, cpus: 2, pids: 512, modelPath: '/data' },
};

/** Containers that are there once they were asked for. */
class PromptContainers extends CoreContainers {
  readonly there = new Map<string, CoreContainerSpec>();

  adopt(): Promise<void> {
    return Promise.resolve();
  }

  make(spec: CoreContainerSpec): Promise<{ url: string }> {
    this.there.set(spec.name, spec);
    return Promise.resolve({ url: URL });
  }

  remove(name: string): Promise<void> {
    this.there.delete(name);
    return Promise.resolve();
  }
}

interface ShownCore {
  id: number;
  role: string;
  state: string;
  component?: string;
}

describe('a further core', () => {
  let sut: InProcessRdzen;
  let containers: PromptContainers;
  const membership = (): CoreMembership => sut.app.get(CoreMembership);
  const cores = async (): Promise<ShownCore[]> =>
    JSON.parse((await sut.ask('GET', '/api/v1/cores')).text) as ShownCore[];
  const becomes = (good: (shown: ShownCore | undefined) => boolean): Promise<unknown> =>
    sut.becomes((status) => good((status.cores as ShownCore[]).find(({ id }) => id === 11)));

  /** Once they are whole; what else is told in the room left out. */
  const answers = (question: ChatMessage): Promise<string[]> =>
    eventually(
      () => sut.answersTo(question).filter((text) => text.startsWith('word0')),
      (texts) => texts.length > 0 && texts.every((text) => !text.endsWith('▍')),
      20_000,
      'the whole answer',
    );

  beforeEach(async () => {
    containers = new PromptContainers();
    sut = await InProcessRdzen.ready({ coreContainers: containers });
    await membership().join({ component: NAME, lock: 'l1' }, OFFER);
    await becomes((core) => core?.state === 'ready');
  });
  afterEach(() => sut?.stop());

  it('joins while everything runs, is warmed, and shows as any core does, with its component', async () => {
    expect(await cores()).toContainEqual(
      expect.objectContaining({ id: 11, role: 'standby', state: 'ready', component: NAME }),
    );
    expect([...containers.there.values()]).toMatchObject([
      {
        name: 'rdzen-core11',
        like: 'core1',
        published: false,
        labels: { 'rdzen.core': '11' },
        env: { OLLAMA_NUM_PARALLEL: '4' },
      },
    ]);
    const answer = sut.answerTo(sut.say(ANN, sut.chat.direct(ANN), '!status'));
    expect(await answer).toMatch(/11.*io\.example\/third/);
    await sut.ask('POST', '/switch_core', { body: { core_id: 11 } });
    expect(await sut.status()).toMatchObject({ active_core: 11 });
  });

  it('carries an answer on, once and whole, when the two others die in the middle of it', async () => {
    const question = await sut.longAnswer(ANN, 80);
    sut.cores.down.add('http://core1.invalid').add('http://core2.invalid');
    expect(await answers(question)).toEqual([sut.cores.reply('')]);
    await sut.becomes(({ active_core }) => active_core === 11);
  });

  it('leaves while it writes an answer, which ends once and whole, and nothing of it is left', async () => {
    await sut.ask('POST', '/switch_core', { body: { core_id: 11 } });
    const question = await sut.longAnswer(ANN, 40);
    const asked = sut.cores.asked.length;
    await membership().leave('l1', 'api:test');
    expect(containers.there.size).toBe(0);
    expect((await cores()).map(({ id }) => id)).toEqual([1, 2]);
    expect(await answers(question)).toEqual([sut.cores.reply('')]);
    expect(sut.cores.asked.length).toBe(asked);
  });

  it('is one of them from the first moment on after a restart, and may be the active one', async () => {
    await sut.ask('POST', '/switch_core', { body: { core_id: 11 } });
    await sut.stop(true);
    const { data } = sut;
    sut = await InProcessRdzen.ready({ coreContainers: containers, data });
    expect(await sut.status()).toMatchObject({ active_core: 11 });
    await becomes((core) => core?.state === 'ready');
  });
});
