import { compileToolSchema } from '../../src/mcp/tool-schema';
import { textOf } from '../support/components/component-process';
import { runningComponents } from '../support/components/running-components';

describe('components that go wrong in a call', () => {
  const start = runningComponents();
  const add = { a: 2, b: 3 };

  it('exit-in-call', async () => {
    const component = start('exit-in-call');
    await component.connect();
    await expect(component.call('add', add)).rejects.toThrow('it ended with 7');
    expect(component.stderr.last()).toEqual(['fatal: the adder has left']);
  });

  it('hang-in-call hangs in this call alone', async () => {
    const component = start('hang-in-call');
    await expect(component.call('add', add, 500)).rejects.toThrow('no answer');
    expect(textOf(await component.call('remember', { note: 'x' }))).toBe('Noted: x');
  });

  it.each([
    ['slow-call', 300],
    ['sluggish', 100],
  ])('%s', async (behaviour, ms) => {
    const component = start(behaviour);
    await component.connect();
    const began = performance.now();
    expect((await component.call('add', add)).structuredContent).toEqual({ sum: 5 });
    expect(performance.now() - began).toBeGreaterThan(ms * 0.95);
  });

  it('lying-result', async () => {
    const component = start('lying-result');
    const tool = (await component.listTools()).tools.find(({ name }) => name === 'add');
    const { structuredContent } = await component.call('add', add);
    expect(compileToolSchema(tool?.outputSchema)(structuredContent)).toHaveLength(2);
  });

  it('huge-result', async () => {
    expect(textOf(await start('huge-result').call('remember', { note: 'x' })).length).toBeGreaterThan(
      300 * 1024,
    );
  });

  it('wrong-content', async () => {
    const { content } = await start('wrong-content').call('remember', { note: 'x' });
    expect(content).toEqual([
      { type: 'text', text: { note: 'Noted: x' } },
      expect.objectContaining({ type: 'hologram' }),
      expect.objectContaining({ mimeType: 'text/html' }),
      null,
    ]);
  });

  it('breaks-on-bad-input', async () => {
    const component = start('breaks-on-bad-input');
    expect((await component.call('add', add)).structuredContent).toEqual({ sum: 5 });
    await expect(component.call('add', { a: 'x', b: 3 })).rejects.toThrow('it ended with SIGABRT');
  });

  it('crash-under-load', async () => {
    const component = start('crash-under-load');
    const atOnce = (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => component.call('add', add)));
    const fates = (await atOnce(3)).map(({ status }) => status);
    expect(fates).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    const [first] = await atOnce(4);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'it ended with SIGABRT' } });
  });

  it.each(['needs-egress', 'egress-declared'])('%s fails where there is no network', async (behaviour) => {
    const answer = await start(behaviour).call('current_time');
    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toMatch(/^the time server cannot be reached: connect [A-Z_]+ time\.invalid:13$/);
  });

  it('evil-egress tries nothing outside of a container', async () => {
    const answer = textOf(await start('evil-egress').call('add', add));
    expect(answer).toContain('reached 0 of 2');
    expect(answer).toContain('everything not tried outside');
  });

  it('environment-reader tells all it finds', async () => {
    const component = start('environment-reader', { BAIT: 'sesame' });
    const [, found] = textOf(await component.call('remember', { note: 'x' })).split('\n');
    const told = JSON.parse(found ?? '');
    expect(told.environment).toMatchObject({ BAIT: 'sesame' });
    expect(told.files['/proc/mounts']).toMatch(process.platform === 'linux' ? /proc/ : /ENOENT/);
    expect(told.root).toContain('tmp');
  });
});
