import { FakeHub } from '../../test/faults/built-in-engine/support/fake-hub';
import { ModelHub } from './model-hub';
import { WebReader } from './web-reader';

/** Real: HTTP. Doubled: the hub. */
describe(ModelHub.name, () => {
  let hub: FakeHub;
  let web: WebReader;
  let sut: ModelHub;
  const never = new AbortController().signal;

  beforeEach(async () => {
    hub = await FakeHub.start();
    const environment = { HF_ENDPOINT: hub.url };
    web = new WebReader({ environment, idleMs: 5_000 });
    sut = new ModelHub(web, environment);
  });
  afterEach(async () => {
    await web.close();
    await hub.close();
  });

  it('reads no more of a listing than a listing can be', async () => {
    hub.endless = { bytes: 1024 * 1024, everyMs: 0 };
    const before = process.memoryUsage().rss;
    await expect(sut.list('u/r', 'main', never)).rejects.toThrow('gives no list of files');
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('does not wait for a listing that trickles', async () => {
    hub.endless = { bytes: 1, everyMs: 50 };
    const begun = Date.now();
    await expect(sut.list('u/r', 'main', never, 500)).rejects.toThrow('gives no list of files');
    expect(Date.now() - begun).toBeLessThan(3_000);
  });

  it('ends at once when told to', async () => {
    hub.endless = { bytes: 1, everyMs: 50 };
    const stop = new AbortController();
    const run = sut.list('u/r', 'main', stop.signal);
    setTimeout(() => stop.abort(new Error('stop')), 100);
    await expect(run).rejects.toThrow('stop');
  });
});
