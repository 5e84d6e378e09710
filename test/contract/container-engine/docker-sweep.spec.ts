import { labelsOf } from '../../../src/containers/docker/labels';
import { DockerBench } from './docker-bench';

const PAST = String(Math.floor(Date.now() / 1000) - 10);
const LONG_PAST = String(Math.floor(Date.now() / 1000) - 7_200);
const FUTURE = String(Math.floor(Date.now() / 1000) + 3_600);

describe('what an opening engine removes', () => {
  let bench: DockerBench;
  beforeEach(async () => (bench = await DockerBench.open()));
  afterEach(() => bench.close());

  const OWN_LAST = labelsOf({ owner: 'bench', run: 'run-0' });
  const OWN_NOW = labelsOf({ owner: 'bench', run: 'run-2' });
  const { 'rdzen.run': _run, ...OWN_LASTING } = OWN_LAST;
  const OTHER = labelsOf({ owner: 'somebody', run: 'run-0' });
  const CASES: [string, boolean, Record<string, string>][] = [
    ['last-run', false, OWN_LAST],
    ['this-run', true, OWN_NOW],
    ['this-run-expired', false, { ...OWN_NOW, 'rdzen.expires': PAST }],
    ['lasting', true, OWN_LASTING],
    ['lasting-expired', false, { ...OWN_LASTING, 'rdzen.expires': PAST }],
    ['lasting-not-yet', true, { ...OWN_LASTING, 'rdzen.expires': FUTURE }],
    ['of-another', true, OTHER],
    ['of-another-just-expired', true, { ...OTHER, 'rdzen.expires': PAST }],
    ['of-another-long-expired', false, { ...OTHER, 'rdzen.expires': LONG_PAST }],
    ['without-labels', true, {}],
    ['managed-by-compose', true, { 'rdzen.managed': 'true', 'rdzen.expires': PAST }],
    ['watched', true, { 'rdzen.watched': 'true', 'rdzen.run': 'run-0' }],
  ];

  it('is what earlier runs of its owner left and what is over, and nothing else', async () => {
    const { engine } = bench.docker;
    for (const [name, , Labels] of CASES) {
      await bench.foreign(`c-${name}`, { Labels, Cmd: ['-c', 'sleep 60'] });
      engine.networks.create(`n-${name}`, false, Labels);
      engine.createVolume(`v-${name}`, Labels);
    }
    await bench.another('run-2').open();
    const stays = CASES.filter(([, kept]) => kept).map(([name]) => name);
    const left = (names: Iterable<string>): string[] =>
      [...names].filter((name) => /^[cnv]-/.test(name)).map((name) => name.slice(2));
    expect(left([...engine.containers.values()].map(({ name }) => name))).toEqual(stays);
    expect(left([...engine.networks.all.values()].map(({ name }) => name))).toEqual(stays);
    expect(left(engine.volumes.keys())).toEqual(stays);
  });

  it('goes on where one thing cannot be removed', async () => {
    const { engine } = bench.docker;
    engine.createVolume('used', OWN_LAST);
    engine.createVolume('unused', OWN_LAST);
    await bench.foreign('user', { HostConfig: { Binds: ['used:/data'] } });
    await bench.another('run-2').open();
    expect([...engine.volumes.keys()]).toEqual(['used']);
  });
});
