import { runningComponents } from '../support/components/running-components';

describe('components that write what nobody asked for', () => {
  const start = runningComponents();
  const add = { a: 2, b: 3 };
  const SUM = { structuredContent: { sum: 5 } };

  it.each([
    ['invalid-utf8', ['not-utf8']],
    [
      'invalid-json',
      ['not-json', 'not-json', 'not-json', 'not-a-message', 'not-a-message', 'not-json', 'too-deep'],
    ],
  ])('%s, and answers all the same', async (behaviour, kinds) => {
    const component = start(behaviour);
    await component.connect();
    expect(await component.call('add', add)).toMatchObject(SUM);
    expect(component.violations.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('odd-ids answers again, and under ids that nobody gave', async () => {
    const component = start('odd-ids');
    const id = component.nextId;
    expect(await component.call('add', add)).toMatchObject(SUM);
    await component.request('ping');
    expect(component.others).toHaveLength(14);
    expect(component.others.map((message) => message.id)).toEqual(
      expect.arrayContaining([id, String(id), -1, null, 0.5, '__proto__', undefined]),
    );
  });

  it('unasked-answers answers what was not asked, and asks', async () => {
    const component = start('unasked-answers');
    await component.connect();
    expect(await component.call('add', add)).toMatchObject(SUM);
    expect(component.others).toHaveLength(204);
    expect(component.others.at(-4)).toMatchObject({ method: 'sampling/createMessage' });
  });

  it('notification-flood is thinned out, and answers come through', async () => {
    const component = start('notification-flood');
    await component.connect();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await component.call('add', add)).toMatchObject(SUM);
    expect(component.frames.violations('too-many-messages')).toBeGreaterThan(1_000);
    expect(component.others.length).toBeLessThanOrEqual(1_000);
    expect(component.violations.length).toBeLessThan(15);
  });

  it.each(['giant-frame', 'endless-frame'])('%s is dropped, and little of it kept', async (behaviour) => {
    const component = start(behaviour);
    await component.connect();
    await expect(component.call('add', add, 1_500)).rejects.toThrow('no answer');
    expect(component.outputBytes).toBeGreaterThan(6 * 2 ** 20);
    expect(component.violations).toMatchObject([{ kind: 'line-too-long' }]);
    expect(component.frames.heldBytes).toBeLessThanOrEqual(64 * 1024);
    if (behaviour === 'giant-frame') expect(await component.request('ping')).toEqual({});
  });

  it('log-bomb floods stderr, and answers all the same', async () => {
    const component = start('log-bomb');
    await component.connect();
    expect(await component.call('add', add)).toMatchObject(SUM);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(component.stderr.last()).toHaveLength(50);
  });
});
