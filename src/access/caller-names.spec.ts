import { CallerNames, shownName } from './caller-names';

describe(CallerNames.name, () => {
  it('has the last name of each, and shows the id of others', () => {
    const sut = new CallerNames();
    sut.note('chat:u1', '@ann');
    sut.note('chat:u1', '@anna');
    sut.note('api:k1', 'backup script');
    sut.note('api:k2', '');
    expect(['chat:u1', 'api:k1', 'api:k2', 'rdzen'].map((id) => sut.shown(id))).toEqual([
      ...['@anna', 'backup script (API)', 'api:k2', 'rdzen'],
    ]);
    expect(sut.of('chat:u2')).toBeUndefined();
    // A key cannot pass for a person by its name.
    expect(shownName('api:k3', '@ann')).toBe('@ann (API)');
  });

  it('forgets those who called longest ago', () => {
    const sut = new CallerNames();
    sut.note('chat:first', '@first');
    for (let index = 0; index < 999; index++) sut.note(`chat:${index}`, `@p${index}`);
    sut.note('chat:first', '@first');
    sut.note('chat:more', '@more');
    expect([sut.of('chat:first'), sut.of('chat:0'), sut.of('chat:more')]).toEqual([
      ...['@first', undefined, '@more'],
    ]);
  });
});
