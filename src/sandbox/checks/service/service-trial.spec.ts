import { FakeComponentContainers } from '../../../../test/support/fakes/fake-component-containers';
import { exits, FakeServiceRuntime } from '../../../../test/support/fakes/fake-service-runtime';
import type { RunnableManifest } from '../../../component-registry/manifest/complete-manifest';
import { type Permissions, PUBLISHER } from '../../../component-registry/manifest/manifest';
import type { ComponentDoor } from '../../../containers/component-door';
import type { ComponentNetworks } from '../../../containers/component-networks';
import { SystemClock } from '../../../shared/system-clock';
import { SystemRandom } from '../../../shared/system-random';
import { ComponentRuntime } from '../../../tools/component-runtime';
import { runTrial } from '../../trial';
import type { TrialReport } from '../../trial-report';
import { TrialScene } from '../../trial-scene';

const DIGEST = `sha256:${'c'.repeat(64)}`;
const KEEPS = { filesystem: { state: { path: '/data', maxMiB: 16 } } };

function manifestOf(permissions: Permissions = {}): RunnableManifest {
  return {
    name: 'io.github.rdzen-tests/store',
    description: 'Keeps words.',
    version: '1.0.0',
    packages: [{ registryType: 'oci', identifier: 'host/tests/store:1', transport: { type: 'stdio' } }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'service', digest: DIGEST, permissions },
          health: { type: 'http', port: 8080 },
        },
      },
    },
  };
}

describe('the trial of a service', () => {
  let runtime: FakeServiceRuntime;
  let ready: boolean;
  beforeEach(() => {
    runtime = new FakeServiceRuntime();
    ready = true;
  });

  async function trial(permissions?: Permissions): Promise<TrialReport> {
    const clock = new SystemClock();
    const containers = new FakeComponentContainers();
    const networks = { ready: () => Promise.resolve(ready) } as unknown as ComponentNetworks;
    const door = {} as ComponentDoor;
    const scene = new TrialScene(
      {
        ...{ trialId: 't1', manifest: manifestOf(permissions), source: 'tests', signed: true },
        image: `host/tests/store@${DIGEST}`,
      },
      await containers.engine(),
      containers,
      new ComponentRuntime(containers, clock, new SystemRandom(), networks, door),
      clock,
      new AbortController().signal,
      60_000,
      { services: runtime.port },
    );
    const report = await runTrial(scene, new Date(0));
    expect([runtime.open, runtime.networks.size, containers.left]).toEqual([[], 0, 0]);
    return report;
  }
  const found = ({ checks }: TrialReport): string[] =>
    checks
      .filter(({ status }) => status !== 'passed')
      .map(({ id, status, detail }) => `${id} ${status}: ${detail}`);

  it('asks what can be asked of one, and passes one that is well', async () => {
    const report = await trial();
    expect(report).toMatchObject({ kind: 'service', verdict: 'pass', tools: [], score: 100 });
    expect(report.checks.map(({ number, id }) => `${number} ${id}`)).toEqual([
      ...['0 admission', '1 image', '2 start', '9 resources', '10 latency'],
      ...['11 egress', '13 crash', '14 output', '17 stop'],
    ]);
    expect(found(report)).toEqual([]);
  });

  it('needs a network', async () => {
    ready = false;
    expect(found(await trial())[0]).toMatch(
      /^admission failed: a service needs a network.*RDZEN_HELPER_IMAGE/,
    );
  });

  it('fails one that is never well', async () => {
    runtime.refusals.push(exits());
    const report = await trial();
    expect(report.verdict).toBe('fail');
    expect(found(report)[0]).toBe('start failed: it exited with code 3 before it was well');
  });

  it('fails one that does not stay well', async () => {
    runtime.next.problem = 'it answers with status 503';
    expect(found(await trial())[0]).toBe(
      'latency failed: it did not stay well, at question 1 of 20: it answers with status 503',
    );
  });

  it('fails one that is not well again after a kill', async () => {
    const start = runtime.start;
    runtime.start = (...given) => {
      runtime.refusals = runtime.started.length === 1 ? [exits()] : [];
      return start(...given);
    };
    expect(found(await trial())[0]).toBe(
      'crash failed: after a kill it was not well again: it exited with code 3 before it was well',
    );
  });

  it('fails one that loses what it kept', async () => {
    runtime.files = ['words.json', 'more.json'];
    const start = runtime.start;
    runtime.start = (...given) => {
      if (runtime.started.length === 1) runtime.files = ['more.json'];
      return start(...given);
    };
    const report = await trial(KEEPS);
    expect(found(report)[0]).toBe(
      'crash failed: after a kill it was well again, and 1 of the 2 files that it kept were gone',
    );
    expect(report.checks.find(({ id }) => id === 'crash')?.evidence).toEqual(['words.json']);
  });

  it('warns of one that floods its log, wants out, or ends only by force', async () => {
    runtime.next = { logBytes: 2 ** 21, deaf: true };
    runtime.attempts = 3;
    const report = await trial();
    expect(report.verdict).toBe('pass_with_warnings');
    expect(found(report)).toEqual([
      'egress warned: it tried 3 times to reach the network (egress), and has no way out',
      'output warned: it flooded its output: 2.1 MB',
      'stop warned: it did not end within 5 s after it was asked to, and was killed',
    ]);
  });
});
