import { type Entry, Ledger } from '../../bench/soak/ledger';
import { partsOf } from '../../bench/soak/recital';

describe(Ledger.name, () => {
  const entry = (number: number, given: Partial<Entry> = {}): Entry => ({
    number,
    messageId: `q${number}`,
    roomId: 'room',
    direct: true,
    addressed: true,
    sentences: 3,
    acknowledged: true,
    person: 1,
    askedAt: 0,
    ...given,
  });

  it('lets a question wait until every part of its answer was seen whole', () => {
    const sut = new Ledger();
    sut.note(entry(1, { sentences: 300 }));
    const [first = '', ...others] = partsOf(1, 300);
    sut.hear(`${first.slice(0, 90)} ▍`);
    for (const part of others) sut.hear(part);
    expect(sut.waitingOf(1)).toBe(1);
    sut.hear(first);
    sut.hear(first);
    expect(sut.waiting).toEqual([]);
  });

  it('counts by person, and leaves out what was said to nobody', () => {
    const sut = new Ledger();
    sut.note(entry(1));
    sut.note(entry(2, { person: 2 }));
    sut.note(entry(3, { addressed: false }));
    sut.hear('🔀 Switched from core 1 to core 2, as asked.');
    expect([sut.questions, sut.waitingOf(1), sut.waitingOf(2), sut.waitingOf(3)]).toEqual([2, 1, 1, 0]);
  });
});
