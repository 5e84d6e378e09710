import { NOTES, TIME } from '../../test/support/tools/a-component';
import { Died, TurnBench } from '../../test/support/turn-bench';
import type { ToolCall } from '../ollama/ollama-api';
import type { CrashPoints } from '../shared/crash-points';
import { ToolLoop } from './tool-loop';

type Place = (typeof CrashPoints.NAMES)[number];

const CALLS: Record<string, ToolCall> = {
  read: { name: 'time-mcp__current_time', arguments: { timezone: 'Asia/Tokyo' } },
  write: { name: 'notes__add_note', arguments: { text: 'milk' } },
  destructive: { name: 'notes__wipe_notes', arguments: {} },
};
const ALWAYS: Place[] = ['tool-round-written', 'tool-call-sent', 'tool-call-replied', 'tool-call-settled'];

describe(`${ToolLoop.name} after the death of the process`, () => {
  let bench: TurnBench;

  beforeEach(async () => {
    bench = await TurnBench.create([TIME, NOTES]);
    bench.calls.answer = () => '09:41';
  });

  /** Dies at a place, starts again, and ends the answer; people allow what is asked. */
  async function dyingAt(place: Place, call: ToolCall): Promise<{ text: string; deaths: number }> {
    bench.script({ wish: (done) => (done === 0 ? [call] : []), answer: () => 'Done.' });
    bench.crash.at = place;
    const asks = call === CALLS.destructive;
    const first = await bench.ask('Please do it.');
    if (asks && place !== 'tool-round-written' && place !== 'tool-approval-asked')
      await bench.approvals.allow(await bench.code(), 'room', 'ann');
    const died = await bench.cores.during(
      first.result.then(
        () => false,
        (error: unknown) => error instanceof Died,
      ),
    );
    await bench.restart();
    const second = await bench.answer(first.id);
    if (asks && (place === 'tool-round-written' || place === 'tool-approval-asked'))
      await bench.approvals.allow(await bench.code(), 'room', 'ann');
    const result = await bench.outcome(second);
    return { text: 'text' in result ? result.text : result.outcome, deaths: Number(died) };
  }

  it.each(ALWAYS)('makes a reading call again where it died at %s, and asks no core twice', async (place) => {
    expect(await dyingAt(place, CALLS.read as ToolCall)).toEqual({ text: 'Done.', deaths: 1 });
    const twice = place === 'tool-call-replied';
    expect(bench.calls.made).toHaveLength(twice ? 2 : 1);
    expect(bench.requests).toHaveLength(2);
  });

  it.each(ALWAYS)(
    'makes a writing call at most once where it died at %s, and says what is not known',
    async (place) => {
      const { text, deaths } = await dyingAt(place, CALLS.write as ToolCall);
      expect(deaths).toBe(1);
      expect(bench.requests).toHaveLength(2);
      const unknown = place === 'tool-call-sent' || place === 'tool-call-replied';
      // Died before it left, or after: from the journal alone both look the same, so it is not sent again.
      expect(bench.calls.made).toHaveLength(place === 'tool-call-sent' ? 0 : 1);
      expect(text).toMatch(unknown ? /outcome is not known: `notes__add_note`/ : /Changed on the way/);
      const told = bench.requests.at(-1)?.messages.at(-1)?.content ?? '';
      expect(told.includes('What it did is not known')).toBe(unknown);
    },
  );

  it.each([...ALWAYS, 'tool-approval-asked', 'tool-approval-taken'] as Place[])(
    'makes a destroying call at most once, and asks people once, where it died at %s',
    async (place) => {
      const { text, deaths } = await dyingAt(place, CALLS.destructive as ToolCall);
      expect(deaths).toBe(1);
      expect(bench.calls.made.length).toBeLessThanOrEqual(1);
      expect((await bench.notices()).filter((notice) => notice.includes('!allow'))).toHaveLength(1);
      const unknown = ['tool-call-sent', 'tool-call-replied', 'tool-approval-taken'].includes(place);
      expect(text).toMatch(unknown ? /not known: `notes__wipe_notes`/ : /Changed on the way/);
      expect(bench.requests).toHaveLength(2);
    },
  );

  it('resumes by itself where the leave came while it was down', async () => {
    bench.script({
      wish: (done) => (done === 0 ? [CALLS.destructive as ToolCall] : []),
      answer: () => 'Done.',
    });
    const first = await bench.ask('Wipe all notes.');
    const code = await bench.code();
    first.abort.abort(new Error('stopping'));
    expect(await bench.outcome(first)).toEqual({ outcome: 'cancelled' });
    await bench.approvals.allow(code, 'room', 'ann');
    await bench.restart();
    expect(await bench.outcome(await bench.answer(first.id))).toMatchObject({ outcome: 'complete' });
    expect(bench.calls.made).toEqual(['notes wipe_notes {}']);
  });

  it('goes on where a call of an earlier round stands, and repeats none that was answered', async () => {
    bench.script({
      wish: (done) => [CALLS.read, CALLS.write].slice(done, done + 1) as ToolCall[],
      answer: () => 'Done.',
    });
    bench.crash.at = 'tool-call-settled';
    bench.crash.times = 2;
    const first = await bench.ask('Note the time.');
    await bench.cores.during(first.result.catch(() => undefined));
    await bench.restart();
    expect(await bench.outcome(await bench.answer(first.id))).toMatchObject({ outcome: 'complete' });
    expect(bench.calls.made).toHaveLength(2);
    expect(bench.requests).toHaveLength(3);
  });

  it('still tells what was written where the component is gone by then', async () => {
    bench.script({ wish: (done) => (done === 0 ? [CALLS.write as ToolCall] : []), answer: () => 'Done.' });
    bench.crash.at = 'tool-call-replied';
    const first = await bench.ask('Note milk down.');
    await bench.cores.during(first.result.catch(() => undefined));
    for (const one of bench.installed.all()) bench.installed.set({ ...one, state: 'removed' });
    await bench.restart();
    const result = await bench.outcome(await bench.answer(first.id));
    expect(result).toMatchObject({ text: expect.stringMatching(/not known: `notes__add_note`/) as string });
  });

  it('forgets what was called a day after the answer', async () => {
    bench.script({ wish: (done) => (done === 0 ? [CALLS.read as ToolCall] : []), answer: () => 'Done.' });
    const turn = await bench.ask('What time is it?');
    await bench.outcome(turn);
    await bench.journal.prune();
    expect(await bench.journal.rounds(turn.id)).toHaveLength(1);
    await bench.cores.journal.bury(turn.id, 'over');
    await bench.cores.clock.advance(25 * 3_600_000);
    await bench.journal.prune();
    expect(await bench.journal.rounds(turn.id)).toEqual([]);
  });
});
