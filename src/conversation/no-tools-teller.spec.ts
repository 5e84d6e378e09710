import { CoreBench } from '../../test/support/core-bench';
import { NoToolsTeller } from './no-tools-teller.service';

describe(NoToolsTeller.name, () => {
  it('tells the administrators once for a model that it calls no tools', async () => {
    const bench = await CoreBench.unwatched();
    new NoToolsTeller(bench.notices, bench.languages, bench.profile, bench.bus);
    for (const coreId of [1, 2, 1]) bench.bus.emit('core.calls-no-tools', { coreId, at: 0 });
    await bench.clock.advance(10);
    const due = await bench.notices.due();
    expect(due.map(({ roomId, text }) => [roomId, text])).toEqual([
      ['rdzen:admin-room', expect.stringMatching(/^The model m calls no tools.*RDZEN_MODEL=llama3\.2/)],
    ]);
  });
});
