import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen } from '../../support/running-rdzen';
import { OllamaContainers } from '../support/ollama-containers';

jest.setTimeout(240_000);

const MODEL = 'imported-by-hand:135m';

describe('real Ollamas in containers, without a network', () => {
  let cores: OllamaContainers;
  let rdzen: RunningRdzen;
  let ann: ChatPerson;

  beforeAll(async () => {
    cores = await OllamaContainers.start();
    await eventually(
      () =>
        cores.importByHand(1, MODEL).then(
          () => true,
          () => false,
        ),
      Boolean,
      30_000,
      'the model is imported into core 1',
    );
    rdzen = await RunningRdzen.create({
      ...cores.environment,
      RDZEN_MODEL: MODEL,
      RDZEN_NUM_CTX: '2048',
      RDZEN_NUM_PREDICT: '256',
    });
    await rdzen.launch();
  });
  afterAll(async () => {
    ann?.leave();
    await rdzen?.close();
    await cores?.remove();
  });

  it('brings the model to the core that lacks it, from the folder of the one that has it', async () => {
    await rdzen.ready(120_000);
    expect(rdzen.output).toContain(`Core 2: bringing the model ${MODEL} from core 1`);
    const tags = (await (await fetch(`http://127.0.0.1:${cores.ports[1]}/api/tags`)).json()) as {
      models: { name: string }[];
    };
    expect(tags.models.map(({ name }) => name)).toEqual([MODEL]);
  });

  it('goes on with an answer when the container that writes it is killed, and has it back', async () => {
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    const room = await ann.direct();
    await ann.say(room, 'Write a long story about a lighthouse and its keeper.');
    await eventually(
      () => ann.answersIn(room),
      (answers) => (answers.at(-1)?.text.length ?? 0) > 60,
      60_000,
      'it is being written',
    );
    const { id } = await rdzen.active();
    const { epoch } = await rdzen.status();
    const begun = performance.now();
    await cores.container(id).kill();
    await eventually(
      () => rdzen.status(),
      (status) => status.epoch > epoch,
      2_000,
      'another is active',
    );
    const [answer] = await ann.waitForAnswers(room, 1, 90_000);
    expect(answer?.length).toBeGreaterThan(100);
    expect(await ann.answersIn(room)).toHaveLength(1);
    await rdzen.ready(60_000);
    process.stdout.write(
      `killed and ready again after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
    );
    expect((await rdzen.status()).epoch).toBe(epoch + 1);
  });
});
