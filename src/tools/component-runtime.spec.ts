import { testComponent } from '../../test/support/components/manifests';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { ComponentDoor } from '../containers/component-door';
import type { ComponentNetworks } from '../containers/component-networks';
import { RdzenError } from '../shared/rdzen-error';
import { SystemClock } from '../shared/system-clock';
import { SystemRandom } from '../shared/system-random';
import { ComponentRuntime } from './component-runtime';

const DIGEST = `sha256:${'a'.repeat(64)}`;

class ShutDoor extends ComponentDoor {
  readonly lifetimes: (number | undefined)[] = [];

  open(_: unknown, __: number, lifetimeMs?: number): Promise<never> {
    this.lifetimes.push(lifetimeMs);
    return Promise.reject(new RdzenError('HELPER_FAILED', 'The gate did not start.'));
  }
}

describe(ComponentRuntime.name, () => {
  it('has the way into one that speaks HTTP for as long as the component itself', async () => {
    const containers = new FakeComponentContainers();
    const door = new ShutDoor();
    const network = { id: 'n1', close: () => Promise.resolve() };
    const networks = {
      ready: () => Promise.resolve(true),
      open: () => Promise.resolve(network),
    } as unknown as ComponentNetworks;
    const sut = new ComponentRuntime(containers, new SystemClock(), new SystemRandom(), networks, door);
    const manifest = testComponent('good').manifest(DIGEST, '127.0.0.1:5001/tests/good:1.0.0');
    manifest.packages[0].transport = { type: 'streamable-http', url: 'http://127.0.0.1:8080/mcp' };
    const purpose = { word: 'component', labels: {}, lifetimeMs: 26 * 3_600_000 };
    const started = sut.start(manifest, `127.0.0.1:5001/tests/good@${DIGEST}`, purpose);
    await expect(started).rejects.toMatchObject({ code: 'HELPER_FAILED' });
    expect(door.lifetimes).toEqual([purpose.lifetimeMs]);
    expect(containers.left).toBe(0);
  });
});
