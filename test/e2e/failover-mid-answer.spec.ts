import { ChatPerson, eventually } from '../support/chat-person';
import { RunningRdzen } from '../support/running-rdzen';

jest.setTimeout(90_000);

/** The numbers of the sentences of the scripted long answer, in the order they stand. */
function sentenceNumbers(text: string): number[] {
  return [...text.matchAll(/^\s*(\d+)\. /gm)].map(([, digits]) => Number(digits));
}

describe('a core that fails in the middle of an answer', () => {
  let rdzen: RunningRdzen;
  let ann: ChatPerson;
  let room: string;

  beforeAll(async () => {
    rdzen = await RunningRdzen.start();
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    room = await ann.direct();
  });
  afterAll(async () => {
    ann?.leave();
    await rdzen?.close();
  });

  async function growing(): Promise<{ id: string; text: string }> {
    return eventually(
      async () => (await ann.answersIn(room)).at(-1),
      (answer) => answer !== undefined && answer.text.endsWith('▍') && answer.text.length > 150,
      15_000,
      `an answer grows; Rdzen said:\n${rdzen.output.slice(-2500)}`,
    ).then((answer) => answer ?? { id: '', text: '' });
  }

  it('answers a question in a direct message', async () => {
    await ann.say(room, 'Hello, who are you?');
    const [answer] = await ann.waitForAnswers(room, 1);
    expect(answer).toMatch(/scripted core/);
  });

  it('answers the whole calm answer', async () => {
    await ann.say(room, 'Tell me a long story');
    const answers = await ann.waitForAnswers(room, 2, 60_000);
    expect(sentenceNumbers(answers[1] ?? '').length).toBeGreaterThan(5);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)('is carried on by the other core after a %s', async (signal) => {
    await rdzen.ready();
    const before = await rdzen.status();
    const answersBefore = (await ann.answersIn(room)).length;
    const calm = (await ann.answersIn(room))[1]?.text ?? '';
    await ann.say(room, 'Tell me a long story');
    const { id } = await growing();
    const active = await rdzen.active();
    const hurtAt = performance.now();
    process.kill(active.pid ?? 0, signal);
    const answers = await ann.waitForAnswers(room, answersBefore + 1, 60_000);

    expect(answers).toHaveLength(answersBefore + 1);
    expect(answers.at(-1)).toBe(calm);
    const versions = ann.versions(id).map((text) => text.replace(/ ▍$/, ''));
    const lengths = versions.map((text) => text.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    const next = ann.seen.find(
      (version) => version.id === id && version.at > hurtAt + (signal === 'SIGKILL' ? 50 : 1_500),
    );
    expect((next?.at ?? Infinity) - hurtAt).toBeLessThan(signal === 'SIGKILL' ? 3_000 : 7_500);
    const after = await rdzen.status();
    expect(after.active_core).not.toBe(before.active_core);
    expect(after.epoch).toBe(before.epoch + 1);
    // What died is started again by its engine, what hangs by the repair ladder: in either case in a new process.
    const healed = await rdzen.ready();
    expect(healed.cores.find((core) => core.id === active.id)?.pid).not.toBe(active.pid);
  });
});
