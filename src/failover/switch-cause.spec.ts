import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import { BY_PREFERENCE, BY_SLOWNESS } from './failover-notices';
import { causeOf, originOf, type SwitchCause } from './switch-cause';

describe(causeOf.name, () => {
  const why = (evidence: string, rest: { by?: string; cause?: string } = {}): SwitchCause =>
    causeOf({ by: 'automatic', cause: 'core 1 is down', evidence, ...rest });

  /** As the monitor and the clients of the cores put it; what is provoked below sees that they still do. */
  it.each<[string, SwitchCause]>([
    ['its process died (SIGKILL)', 'died'],
    ['its process died (exit code 1)', 'died'],
    ['http://127.0.0.1:11434: read ECONNRESET; its process died (SIGKILL)', 'died'],
    ['it was stopped', 'stopped'],
    ['it is stopped', 'stopped'],
    ['it answers but does not generate: no token within 10 s', 'hung'],
    ['the model llama3.2 is not installed there; run: ollama pull llama3.2', 'model-missing'],
    ['the model smollm2:135m is not in the data folder', 'model-missing'],
    ['http://127.0.0.1:11434: /api/version took more than 1000 ms', 'silent'],
    ['http://127.0.0.1:11434: connect ETIMEDOUT 10.0.0.9:11434', 'silent'],
    ['http://127.0.0.1:11434: no connection within 1000 ms', 'silent'],
    ['core 1 was silent for 5 s', 'silent'],
    ['http://127.0.0.1:11434: connect ECONNREFUSED 127.0.0.1:11434', 'unreachable'],
    ['http://127.0.0.1:11434: read ECONNRESET', 'unreachable'],
    ['a sentence nobody foresaw', 'other'],
  ])('calls "%s" %s', (evidence, kind) => {
    expect(why(evidence)).toBe(kind);
  });

  it('goes by who wanted it, and by what the policy says, before what was seen', () => {
    expect(why('its process died (SIGKILL)', { by: BY_SLOWNESS })).toBe('slow');
    expect(why('it generates', { by: BY_PREFERENCE })).toBe('preferred');
    expect(why('its process was started', { cause: 'core 1 did not come up' })).toBe('not-up');
    expect(why('it is no longer configured', { cause: 'core 3 is gone' })).toBe('unconfigured');
  });

  describe('of what really happens to a core', () => {
    let bench: CoreBench;
    beforeAll(() => void Logger.overrideLogger(false));
    afterEach(async () => {
      bench.core(1).resume();
      await bench.end();
      await bench.store.close();
    });

    it.each<[SwitchCause, (bench: CoreBench) => void]>([
      [
        'died',
        (on) => {
          on.core(1).kill();
          on.engine.tell({ type: 'died', name: 'core1', at: 0, signal: 'SIGKILL', lastOutput: [] });
        },
      ],
      [
        'stopped',
        (on) => {
          on.core(1).kill();
          on.engine.tell({ type: 'stopped', name: 'core1', at: 0 });
        },
      ],
      ['unreachable', (on) => on.core(1).kill()],
      ['silent', (on) => on.core(1).freeze()],
      ['hung', (on) => void (on.core(1).runnerHung = true)],
      ['model-missing', (on) => void (on.core(1).installed = [])],
    ])('it is %s', async (kind, hurt) => {
      bench = await CoreBench.running({ engine: true });
      hurt(bench);
      await bench.timeUntil(() => bench.registry.active.id === 2, 60_000);
      const [made] = await bench.history.switches();
      expect(made && { ...made, kind: causeOf(made) }).toMatchObject({ by: 'automatic', kind });
    });

    it('it is not-up where it never came', async () => {
      bench = await CoreBench.create({ engine: true });
      bench.engine.infos.set('core1', { state: 'running' });
      bench.core(1).up = false;
      await bench.begin();
      await bench.timeUntil(() => bench.registry.active.id === 2, 30_000);
      const [made] = await bench.history.switches();
      expect(made && causeOf(made)).toBe('not-up');
    });
  });
});

describe(originOf.name, () => {
  it.each([
    ['automatic', 'automatic'],
    [BY_SLOWNESS, 'planned'],
    [BY_PREFERENCE, 'planned'],
    ['api:key1', 'by-hand'],
    ['chat:ann', 'by-hand'],
  ])('of a switch by %s is %s', (by, origin) => {
    expect(originOf({ by })).toBe(origin);
  });
});
