import { runningComponents } from '../support/components/running-components';

describe('components that do not start or end as they should', () => {
  const start = runningComponents();

  it('exit-at-start ends with 1 and says why', async () => {
    const component = start('exit-at-start');
    expect(await component.exited).toEqual({ code: 1, signal: null });
    expect(component.stderr.last()).toEqual(["Error: Cannot find module '../build/Release/canvas.node'"]);
  });

  it('hang-at-start says nothing and goes on', async () => {
    const component = start('hang-at-start');
    await expect(component.connect(1_000)).rejects.toThrow('no answer to initialize');
    expect([component.outputBytes, component.stderr.last()]).toEqual([0, []]);
    component.closeStdin();
    expect(await component.exited).toEqual({ code: 0, signal: null });
  });

  it('wrong-protocol names a version that there is not', async () => {
    expect(await start('wrong-protocol').connect()).toMatchObject({ protocolVersion: '1999-12-31' });
  });

  it('deaf-to-stop ends by SIGKILL alone', async () => {
    const component = start('deaf-to-stop');
    await component.connect();
    component.closeStdin();
    component.signal('SIGTERM');
    component.signal('SIGINT');
    const still = new Promise((resolve) => setTimeout(resolve, 500, 'runs'));
    expect(await Promise.race([component.exited, still])).toBe('runs');
    component.signal('SIGKILL');
    expect(await component.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it.each(['wrong-label', 'image-volume'])('%s is the good one', async (behaviour) => {
    expect((await start(behaviour).call('add', { a: 1, b: 1 })).structuredContent).toEqual({ sum: 2 });
  });

  it('refuses a behaviour that there is not', async () => {
    const component = start('best');
    expect(await component.exited).toEqual({ code: 2, signal: null });
    expect(component.stderr.last()[0]).toMatch(/^There is no behaviour "best"; there are: .*good/);
  });
});
