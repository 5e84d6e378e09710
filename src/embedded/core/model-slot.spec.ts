import type { Brain, RunnerOptions } from './brain';
import { ModelSlot } from './model-slot';

const OPTIONS: RunnerOptions = { num_ctx: 2048, num_thread: 1, num_batch: 512, num_gpu: -1 };
const never = new AbortController().signal;
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe(ModelSlot.name, () => {
  function build() {
    const log: string[] = [];
    const brain = {
      load: async ({ num_ctx }: RunnerOptions) => void log.push(`load ${num_ctx}`),
      unload: async () => void log.push('unload'),
    } as Brain;
    return { sut: new ModelSlot(brain, () => 1000), log };
  }

  it('lets one in at a time, in the order of arrival', async () => {
    const { sut } = build();
    const log: string[] = [];
    const user = (name: string): Promise<unknown> =>
      sut.use(never, async () => {
        log.push(`${name} in`);
        await soon();
        log.push(`${name} out`);
      });
    await Promise.all([user('a'), user('b'), user('c')]);
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('lets the next one in after a failure', async () => {
    const { sut } = build();
    const failing = sut.use(never, () => Promise.reject(new Error('broken')));
    const next = sut.use(never, async () => 'fine');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
  });

  it('skips who left while waiting', async () => {
    const { sut } = build();
    const abort = new AbortController();
    let release = (): void => undefined;
    const first = sut.use(never, () => new Promise<void>((resolve) => (release = resolve)));
    const leaving = sut.use(abort.signal, async () => 'not reached');
    const last = sut.use(never, async () => 'last');
    abort.abort();
    expect(await leaving).toBeUndefined();
    release();
    await first;
    expect(await last).toBe('last');
  });

  it('loads once, and again only for other options', async () => {
    const { sut, log } = build();
    const load = (options: RunnerOptions): Promise<unknown> =>
      sut.use(never, () => sut.load(options, Infinity));
    await load(OPTIONS);
    await load({ ...OPTIONS });
    await load({ ...OPTIONS, num_ctx: 1024 });
    await load({ ...OPTIONS, num_ctx: 1024, num_thread: 2 });
    expect(log).toEqual(['load 2048', 'unload', 'load 1024', 'unload', 'load 1024']);
    expect(sut.options).toEqual({ ...OPTIONS, num_ctx: 1024, num_thread: 2 });
  });

  it('unloads when its time is over, and not while it is in use', async () => {
    const { sut, log } = build();
    await sut.use(never, () => sut.load(OPTIONS, 30));
    await sut.use(never, () => new Promise((resolve) => setTimeout(resolve, 60)));
    expect(log).toEqual(['load 2048']);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(log).toEqual(['load 2048', 'unload']);
    expect(sut.options).toBeUndefined();
  });

  it('says until when it stays', async () => {
    const { sut } = build();
    await sut.use(never, () => sut.load(OPTIONS, 5000));
    expect(sut.expiresAt).toBe(6000);
    await sut.use(never, () => sut.load(OPTIONS, Infinity));
    expect(new Date(sut.expiresAt).getUTCFullYear()).toBeGreaterThan(2200);
  });
});
