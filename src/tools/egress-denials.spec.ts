import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { EgressDenials } from './egress-denials';

describe(EgressDenials.name, () => {
  const clock = new VirtualClock();
  let store: LibsqlStore;
  let bus: EventBus;
  let sut: EgressDenials;
  beforeEach(async () => {
    store = await memoryStore();
    bus = new EventBus();
    sut = new EgressDenials(store, clock, bus);
  });
  afterEach(async () => {
    await sut.stop();
    await store.close();
  });

  const denied = (target: string, again = false, reason: 'not-listed' | 'private-address' = 'not-listed') =>
    bus.emit(again ? 'component.egress-denied-again' : 'component.egress-denied', {
      ...{ component: 'a/b', lockId: 'l', target, reason, at: clock.now() },
    });

  it('counts per target, over restarts, and has the last one first', async () => {
    denied('evil.example:443');
    denied('evil.example:443', true);
    denied('10.0.0.1:80', false, 'private-address');
    await clock.advance(11_000);
    const written = await store.all('SELECT times FROM component_denials ORDER BY times');
    expect(written).toEqual([{ times: 1 }, { times: 2 }]);
    denied('evil.example:443', true);
    const last = clock.now();
    await sut.stop();
    expect(await new EgressDenials(store, clock, new EventBus()).of('a/b')).toEqual([
      { component: 'a/b', host: 'evil.example', port: '443', reason: 'not-listed', times: 3, lastAt: last },
      expect.objectContaining({ host: '10.0.0.1', port: '80', reason: 'private-address', times: 1 }),
    ]);
    expect(await sut.of('a/other')).toEqual([]);
  });

  it('keeps the last hundred targets of a component, for ninety days', async () => {
    for (let n = 0; n < 130; n++) {
      denied(`h${n}.example:1`);
      if (n === 60) await sut.of('a/b');
      await clock.advance(1);
    }
    const found = await sut.of('a/b');
    expect(found).toHaveLength(100);
    expect([found[0]?.host, found.at(-1)?.host]).toEqual(['h129.example', 'h30.example']);
    await clock.advance(91 * 86_400_000);
    expect(await sut.of('a/b')).toEqual([]);
  });

  it.each([
    ['[2001:db8::1]:443', { host: '[2001:db8::1]', port: '443' }],
    ['no-port', { host: 'no-port', port: '' }],
  ])('shows %s as it was asked for', async (target, shown) => {
    denied(target);
    expect(await sut.of('a/b')).toMatchObject([shown]);
  });
});
