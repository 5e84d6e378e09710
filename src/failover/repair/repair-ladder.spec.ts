import { aCore, held } from '../../../test/support/a-core';
import type { ContainerInfo } from '../../containers/container-engine';
import type { Core, CoreState } from '../../core-registry/core.types';
import { REPORT_EN } from '../../texts/report-en';
import { REPORT_PL } from '../../texts/report-pl';
import { LADDERS, nextStep, symptomOf, waitAfter, type RepairStep, type Symptom } from './repair-ladder';

type Info = Pick<ContainerInfo, 'state' | 'deathsLastMinute'>;

const running: Info = { state: 'running', deathsLastMinute: 0 };
const waiting = { state: 'waiting-to-restart', deathsLastMinute: 1 } as const;

describe(symptomOf.name, () => {
  it.each<[string, CoreState, Partial<Core>, Info | undefined, number, Symptom | undefined]>([
    [
      'a hung process, once its end would have been told',
      'down',
      { ailment: 'silent' },
      running,
      1_000,
      'silent',
    ],
    ['what may just have died not yet', 'down', { ailment: 'silent' }, running, 999, undefined],
    ['a stuck runner at once', 'down', { ailment: 'stuck' }, running, 0, 'stuck'],
    ['a missing model at once', 'down', { ailment: 'model-missing' }, running, 0, 'model-missing'],
    ['a core of others never', 'down', { ailment: 'silent' }, undefined, 1e9, undefined],
    ['what just died not yet', 'down', { ailment: 'silent', exited: true }, waiting, 59_000, undefined],
    ['what died and stays away', 'down', { ailment: 'silent', exited: true }, waiting, 60_000, 'exited'],
    [
      'what nothing else starts again not at once',
      'down',
      { ailment: 'silent', exited: true },
      { state: 'exited', deathsLastMinute: 1 },
      4_999,
      undefined,
    ],
    [
      'what nothing else starts again',
      'down',
      { ailment: 'silent', exited: true },
      { state: 'exited', deathsLastMinute: 1 },
      5_000,
      'exited',
    ],
    [
      'what is paused',
      'down',
      { ailment: 'silent' },
      { state: 'paused', deathsLastMinute: 0 },
      5_000,
      'exited',
    ],
    [
      'what somebody stopped never',
      'down',
      { ailment: 'silent', exited: true },
      { state: 'stopped', deathsLastMinute: 0 },
      1e9,
      undefined,
    ],
    ['what was said to have died and runs again not', 'down', { exited: true }, running, 0, undefined],
    ['the third death in a minute', 'starting', {}, { ...running, deathsLastMinute: 3 }, 0, 'crash-loop'],
    ['no crash loop that is over', 'ready', {}, { ...running, deathsLastMinute: 3 }, 0, undefined],
    ['a start that takes its time not', 'starting', {}, running, 59_000, undefined],
    ['a start that never ends', 'starting', {}, running, 60_000, 'silent'],
    ['a wait for the model not', 'starting', { ailment: 'model-missing' }, running, 1e9, undefined],
    ['a load that takes its time not', 'warming', {}, running, 1e9, undefined],
    [
      'a load that fails again and again',
      'warming',
      { ailment: 'model-broken' },
      running,
      60_000,
      'model-broken',
    ],
    ['a suspicion not', 'suspect', { ailment: 'silent' }, running, 1e9, undefined],
    ['a core nobody has looked at yet not', 'unknown', {}, running, 1e9, undefined],
  ])('cures %s', (_, state, rest, info, forMs, symptom) => {
    expect(symptomOf(aCore(1, state, rest), info, forMs)).toBe(symptom);
  });

  it('leaves alone what an administrator holds, and nothing else', () => {
    const ill = (
      kind: 'maintenance' | 'stopped' | 'quarantined' | 'draining' | 'failed',
    ): Symptom | undefined =>
      symptomOf(aCore(1, 'down', { ailment: 'silent', conditions: held(kind) }), running, 1_000);
    expect([ill('maintenance'), ill('stopped')]).toEqual([undefined, undefined]);
    expect([ill('quarantined'), ill('draining'), ill('failed')]).toEqual(['silent', 'silent', 'silent']);
  });
});

describe(nextStep.name, () => {
  const climb = (symptom: Symptom, possible: (step: RepairStep) => boolean = () => true): RepairStep[] => {
    const taken = new Set<RepairStep>();
    for (let step; (step = nextStep(symptom, taken, possible));) taken.add(step);
    return [...taken];
  };

  it('goes from the mildest step to the last, each once, and leaves out what cannot be done', () => {
    expect(climb('stuck')).toEqual(['unload', 'restart', 'recreate', 'model', 'last-good']);
    expect(climb('stuck', (step) => step !== 'model' && step !== 'last-good')).toEqual([
      'unload',
      'restart',
      'recreate',
    ]);
    expect(climb('crash-loop')[0]).toBe('recreate');
    expect(climb('model-missing')[0]).toBe('model');
    for (const ladder of Object.values(LADDERS)) expect(new Set(ladder).size).toBe(ladder.length);
  });
});

describe('the words of the report', () => {
  it('name every step of the ladder, in both languages', () => {
    const steps = [...new Set(Object.values(LADDERS).flat())].sort();
    for (const words of [REPORT_EN, REPORT_PL]) expect(Object.keys(words.steps).sort()).toEqual(steps);
  });
});

describe(waitAfter.name, () => {
  it('grows with each step, taking the model out of memory not counted', () => {
    const after = (...steps: RepairStep[]): number => waitAfter(new Set(steps)) / 1000;
    expect([after('unload'), after('restart'), after('unload', 'restart')]).toEqual([0, 10, 10]);
    expect(after('restart', 'recreate')).toBe(30);
    expect(after('restart', 'recreate', 'model')).toBe(120);
    expect(after('unload', 'restart', 'recreate', 'model', 'last-good')).toBe(600);
  });
});
