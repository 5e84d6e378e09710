import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen } from '../../support/running-rdzen';
import { InProcessRdzen } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

describe('POST /api/v1/cores/{id}/kill', () => {
  describe('of cores that others run', () => {
    let sut: InProcessRdzen;
    beforeAll(async () => {
      sut = await InProcessRdzen.ready();
    });
    afterAll(() => sut?.stop());
    const kill = (id: unknown) => sut.ask('POST', `/api/v1/cores/${String(id)}/kill`);

    it('is refused: CORE_NOT_KILLABLE', async () => {
      expectProblem(await kill(1), 'CORE_NOT_KILLABLE', /Core 1 is external.*not run by Rdzen/);
    });

    it('knows no other core', async () => {
      expectProblem(await kill(3), 'CORE_NOT_FOUND', /no core 3/);
    });

    it.each(['0', '-1', '1.5', 'x', '1000', 'NaN'])('refuses the id %s', async (id) => {
      expectProblem(await kill(id), 'BAD_REQUEST', /id/);
    });
  });

  describe('of the real process', () => {
    let rdzen: RunningRdzen;
    beforeAll(async () => {
      rdzen = await RunningRdzen.start();
    });
    afterAll(() => rdzen?.close());

    it('ends the active core in the middle of an answer, and the other one finishes it', async () => {
      const ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
      try {
        const room = await ann.direct();
        const { id, pid } = await rdzen.active();
        await ann.say(room, 'Tell me a long story');
        await eventually(
          () => rdzen.active(),
          ({ in_flight, tokens_per_second }) => in_flight === 1 && (tokens_per_second ?? 0) > 1,
          10_000,
          'the core is writing, at a pace that is told',
        );
        const { status, body } = await rdzen.api('POST', `/api/v1/cores/${id}/kill`);
        expect({ status, body }).toEqual({ status: 200, body: { id, pid } });
        await eventually(
          () => rdzen.status(),
          ({ epoch }) => epoch === 2,
          5_000,
          'the switch',
        );
        expect(await ann.waitForAnswers(room, 1)).toHaveLength(1);
        const after = await rdzen.ready();
        expect(after).toMatchObject({ epoch: 2, active_core: id === 1 ? 2 : 1 });
        expect(after.cores.find((core) => core.id === id)?.pid).not.toBe(pid);
        expect((await rdzen.api('GET', '/api/v1/failover/report')).body).toMatchObject({
          switches: { automatic: 1, planned: 0, by_hand: 0 },
          causes: [{ kind: 'died', count: 1 }],
          answers: { given: 1, continued: 1, restarted: 0, fenced: 0 },
          longest_wait_ms: expect.any(Number),
        });
      } finally {
        ann.leave();
      }
    });
  });
});
