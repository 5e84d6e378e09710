import { containerNetworks } from './facts';
import { LastSeen } from './last-seen';
import type { JsonObject } from './strict-json';

const seen = (
  id: string,
  more: { name?: string; managed?: string; networks?: string[] } = {},
): JsonObject => ({
  Id: id,
  Name: `/${more.name ?? id}`,
  Config: { Labels: { 'rdzen.managed': more.managed ?? 'true' } },
  NetworkSettings: { Networks: Object.fromEntries((more.networks ?? []).map((name) => [name, {}])) },
});

describe(LastSeen.name, () => {
  it('knows how one of ours looked, when it is gone as well', () => {
    const sut = new LastSeen();
    sut.note(seen('a'));
    expect(sut.of('a')).toEqual(seen('a'));
    expect(sut.of('b')).toBeUndefined();
  });

  it('remembers nothing of others, nor under the name of one that stepped aside', () => {
    const sut = new LastSeen();
    sut.note(seen('a', { managed: 'false' }));
    sut.note(seen('b', { name: 'core1.old-0a1b2c3d' }));
    expect([sut.of('a'), sut.of('b')]).toEqual([undefined, undefined]);
  });

  it('remembers the networks it was cut off from', () => {
    const sut = new LastSeen();
    sut.note(seen('a', { networks: ['one', 'two'] }));
    sut.note(seen('a', { networks: ['two'] }));
    expect(Object.keys(containerNetworks(sut.of('a')!)).sort()).toEqual(['one', 'two']);
  });

  it('forgets the one that was asked for longest ago', () => {
    const sut = new LastSeen();
    for (let id = 0; id <= 200; id++) {
      sut.note(seen(`id${id}`));
      if (id === 100) sut.note(seen('id0'));
    }
    expect(sut.of('id0')).toBeDefined();
    expect(sut.of('id1')).toBeUndefined();
  });
});
