import { VirtualClock } from '../../test/support/virtual-clock';
import { TypingBoard } from './typing-board';

function setup(): { clock: VirtualClock; sut: TypingBoard; sent: string[] } {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const sut = new TypingBoard(clock, ({ roomId, threadId, active }) => {
    sent.push(`${clock.monotonic()} ${roomId}${threadId ? `/${threadId}` : ''} ${active ? 'on' : 'off'}`);
  });
  return { clock, sut, sent };
}

describe(TypingBoard.name, () => {
  it('shows at once, renews every 6 s and hides', async () => {
    const { clock, sut, sent } = setup();
    sut.resume();
    sut.set('r', true);
    await clock.advance(13_000);
    sut.set('r', false);
    await clock.advance(60_000);
    expect(sent).toEqual(['0 r on', '6000 r on', '12000 r on', '13050 r off']);
    expect(clock.timers).toBe(0);
  });

  it('sends at most about one frame a second, changes before renewals', async () => {
    const { clock, sut, sent } = setup();
    sut.resume();
    for (let room = 0; room < 10; room += 1) sut.set(`r${room}`, true);
    await clock.advance(6_500);
    sut.set('late', true, 't');
    await clock.advance(33_500);
    const times = sent.map((line) => Number(line.split(' ')[0]));
    times.slice(1).forEach((at, index) => expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_050));
    expect(sent.length).toBeLessThanOrEqual(40);
    const late = sent.findIndex((line) => line.includes('late/t on'));
    expect(sent.slice(0, late).some((line) => line.includes('r9 on'))).toBe(true);
    expect(times[late]).toBeLessThan(12_000);
  });

  it('coalesces: on and off before the frame could go costs nothing', async () => {
    const { clock, sut, sent } = setup();
    sut.resume();
    sut.set('a', true);
    await clock.advance(10);
    sut.set('b', true);
    sut.set('b', false);
    sut.set('a', false);
    sut.set('a', true);
    await clock.advance(5_000);
    expect(sent).toEqual(['0 a on']);
  });

  it('says nothing while offline and shows again on the next socket', async () => {
    const { clock, sut, sent } = setup();
    sut.set('a', true);
    sut.set('b', true);
    await clock.advance(5_000);
    expect(sent).toEqual([]);
    sut.resume();
    await clock.advance(2_000);
    sut.pause();
    sut.set('b', false);
    await clock.advance(10_000);
    sut.resume();
    await clock.advance(2_000);
    expect(sent).toEqual(['5000 a on', '6050 b on', '17000 a on']);
  });

  it('lets go of an indicator whose owner died', async () => {
    const { clock, sut, sent } = setup();
    sut.resume();
    sut.set('r', true);
    await clock.advance(20 * 60_000);
    expect(sent.at(-1)).toMatch(/r off$/);
    expect(clock.timers).toBe(0);
  });
});
