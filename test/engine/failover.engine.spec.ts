import { ChatPerson, eventually } from '../support/chat-person';
import { RunningRdzen } from '../support/running-rdzen';
import { attemptsOf, chatOf, longestPrefix } from '../support/answer-comparison';
import { describeWithEngine } from './support/engine-rig';
import { seedEngine } from './support/seed-engine';

jest.setTimeout(240_000);

const QUESTIONS = [
  'Write a story about a lighthouse keeper and the sea.',
  'Describe a walk through an old forest in autumn.',
  'What should a traveller know about the mountains?',
];
/** Letters that are to be read before the kill; far from the end, or a quick core has said all by the time it comes. */
const AFTER = [60, 100, 140, 180, 220, 260, 300];
const KILLS = AFTER.flatMap((letters) => QUESTIONS.map((question) => ({ letters, question })));

describeWithEngine('an answer of the built-in engine whose core is killed in the middle of it', (rig) => {
  let rdzen: RunningRdzen;
  let asked = 0;
  const calm = new Map<string, string>();
  const tally = {
    equal: 0,
    continued: 0,
    waits: [] as number[],
    seams: [] as number[],
    strayed: [] as string[],
  };

  beforeAll(async () => {
    rdzen = await RunningRdzen.create({
      RDZEN_CORE: 'engine',
      RDZEN_MODEL_FILE: rig.gguf,
      RDZEN_TEMPERATURE: '0',
      RDZEN_NUM_CTX: '2048',
      RDZEN_NUM_PREDICT: '420',
    });
    seedEngine(rig, rdzen.data);
    await rdzen.launch();
    await allContinue();
  });
  afterAll(async () => {
    await rdzen?.close();
    process.stdout.write(
      `\n${KILLS.length} kills: ${tally.continued} continued, ${tally.equal} equal to the calm answer word for word, ` +
        `seams at ${tally.seams.join(' ')}, next text after ${tally.waits.map(Math.round).join(' ')} ms\n`,
    );
  });

  it('is the same on both cores, and when it is asked again', async () => {
    for (const question of QUESTIONS) calm.set(question, await ask(question));
    const standby = (await rdzen.status()).cores.find(({ role }) => role === 'standby');
    await rdzen.api('POST', '/switch_core', { core_id: standby?.id });
    for (const question of QUESTIONS) expect(await ask(question)).toBe(calm.get(question));
    for (const text of calm.values()) expect(text.length).toBeGreaterThan(1_200);
  });

  it.each(KILLS.map((kill, index) => [index + 1, kill.letters, kill.question] as const))(
    'kill %i: after %i letters of "%s"',
    async (number, letters, question) => {
      // A core that was killed before has to show again that it continues.
      await allContinue();
      const person = await ChatPerson.enter(rdzen.chatUrl, `Person ${number}`);
      const room = await person.direct();
      const questionId = await person.say(room, question);
      const growing = await eventually(
        async () => (await person.answersIn(room)).at(-1),
        (answer) => (answer?.text.length ?? 0) > letters,
        30_000,
        'the answer grows',
      );
      // Not always the active one: after a few deaths that one may be spared, or be kept although it is ill.
      const answering = (await rdzen.status()).cores.filter((core) => core.in_flight > 0);
      expect(answering).toHaveLength(1);
      const id = answering[0]?.id ?? 0;
      const at = performance.now();
      expect(growing?.text).toMatch(/▍$/);
      expect((await rdzen.api('POST', `/api/v1/cores/${id}/kill`)).status).toBe(200);
      const answers = await person.waitForAnswers(room, 1, 60_000);
      const longer = person.seen.find(
        (version) => version.at > at + 30 && version.text.length > (growing?.text.length ?? 0),
      );
      person.leave();
      tally.waits.push((longer?.at ?? Infinity) - at);
      const attempts = await attemptsOf(rdzen.data, questionId);
      const seam = attempts.at(-1)?.continued_from ?? 0;
      tally.seams.push(seam);
      if (attempts.length === 2 && seam > 0) tally.continued++;
      else tally.strayed.push(`${number}: not continued once: ${JSON.stringify(attempts)}`);
      expect(answers).toHaveLength(1);
      const text = chatOf(answers[0] ?? '');
      if (sameWords(text, calm.get(question) ?? '')) tally.equal++;
      else {
        const at = longestPrefix(text, calm.get(question) ?? '');
        const tails = [calm.get(question) ?? '', text].map((each) =>
          JSON.stringify(each.slice(at - 20, at + 30)),
        );
        tally.strayed.push(`${number}: ${at - seam} letters after the seam, ${tails.join(' became ')}`);
      }
      expect(text.slice(0, seam)).toBe(calm.get(question)?.slice(0, seam));
      const lengths = person.versions(growing?.id ?? '').map((version) => chatOf(version).length);
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    },
  );

  it('was continued every time, and equals the calm answer word for word every time', () => {
    expect(tally).toMatchObject({ continued: KILLS.length, equal: KILLS.length, strayed: [] });
  });

  async function allContinue(): Promise<void> {
    await rdzen.ready(30_000);
    await eventually(
      () => rdzen.status(),
      ({ cores }) => cores.every(({ continues }) => continues === true),
      30_000,
      'both cores are known to continue',
    );
  }

  async function ask(question: string): Promise<string> {
    const person = await ChatPerson.enter(rdzen.chatUrl, `Calm ${++asked}`);
    const room = await person.direct();
    await person.say(room, question);
    const [answer = ''] = await person.waitForAnswers(room, 1, 60_000);
    person.leave();
    return chatOf(answer);
  }
});

/** Up to where the shorter one was cut off by the length limit, which is counted anew after a kill; a last word may be half. */
function sameWords(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.trim().split(/\s+/).slice(0, -1));
  const length = Math.min(a?.length ?? 0, b?.length ?? 0);
  return a?.slice(0, length).join(' ') === b?.slice(0, length).join(' ');
}
