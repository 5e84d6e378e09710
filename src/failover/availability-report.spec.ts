import type { CourseRow } from '../core-registry/core-history';
import type { Transition } from '../core-registry/core.types';
import { buildReport, type ReportMaterial } from './availability-report';

const NOON = Date.UTC(2026, 0, 2, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const nothing: ReportMaterial = {
  since: NOON - 24 * HOUR,
  until: NOON,
  firstKnownAt: 0,
  switches: [],
  course: [],
  waits: [],
  answers: { given: 0, continued: 0, restarted: 0, fenced: 0, since: NOON - 24 * HOUR },
  repairs: [],
};
let epoch = 1;
const aSwitch = (rest: Partial<Transition> = {}): Transition => ({
  ...{ epoch: ++epoch, from: 1, to: 2, at: NOON - HOUR },
  ...{ cause: 'core 1 is down', evidence: 'its process died (SIGKILL)', by: 'automatic' },
  ...rest,
});
/** `-90`: an hour and a half before noon. */
const mode = (minutes: number, to: string, from = 'x'): CourseRow => ({
  at: NOON + minutes * MINUTE,
  core: 0,
  from,
  to,
});
const slow = (minutes: number, core: number): CourseRow => ({
  ...mode(minutes, '+degraded', ''),
  core,
});
const well = (minutes: number, core: number): CourseRow => ({ ...mode(minutes, '', '-degraded'), core });
const report = (material: Partial<ReportMaterial>) => buildReport({ ...nothing, ...material });

describe(buildReport.name, () => {
  it('has nothing to say of a calm day', () => {
    expect(report({ course: [mode(-3_000, 'NORMAL')] })).toEqual({
      since: NOON - 24 * HOUR,
      until: NOON,
      cut: false,
      switches: { automatic: 0, planned: 0, byHand: 0 },
      causes: [],
      blackoutMs: 0,
      singleMs: 0,
      offMs: 0,
      degraded: [],
      answers: nothing.answers,
      repairs: [],
    });
  });

  it('counts switches by who wanted them, and what was wrong where nobody did; the commonest first', () => {
    const { switches, causes } = report({
      switches: [
        aSwitch({ evidence: 'it answers but does not generate: no token within 10 s' }),
        aSwitch(),
        aSwitch(),
        aSwitch({ by: 'rdzen:slow', cause: 'core 1 is slow', evidence: '12 %' }),
        aSwitch({ by: 'api:key1', cause: 'core 1 is down' }),
        aSwitch({ by: 'chat:ann', cause: 'asked for' }),
      ],
    });
    expect(switches).toEqual({ automatic: 3, planned: 1, byHand: 2 });
    expect(causes).toEqual([
      { kind: 'died', count: 2 },
      { kind: 'hung', count: 1 },
      { kind: 'slow', count: 1 },
    ]);
  });

  it.each([
    [[5], { p50: 5, p95: 5, max: 5 }],
    [[30, 10, 20], { p50: 20, p95: 30, max: 30 }],
    [[10, 20], { p50: 10, p95: 20, max: 20 }],
    [Array.from({ length: 100 }, (_, index) => index + 1), { p50: 50, p95: 95, max: 100 }],
    [[], undefined],
  ])('of the times %j tells %j', (times, spread) => {
    const switches = times.map((ms) => aSwitch({ detectedMs: ms, switchedMs: ms * 10 }));
    const { detected, switched } = report({ switches });
    expect(detected).toEqual(spread);
    expect(switched?.max).toBe(spread && spread.max * 10);
  });

  it('leaves the times of switches by hand out, and counts their waits all the same', () => {
    const { detected, longestWaitMs } = report({
      switches: [aSwitch({ by: 'api:key1', detectedMs: 9_000, waitedMs: 400 }), aSwitch({ waitedMs: 90 })],
    });
    expect([detected, longestWaitMs]).toEqual([undefined, 400]);
  });

  it('knows of waits that led to no switch', () => {
    expect(report({ switches: [aSwitch({ waitedMs: 90 })], waits: [800, 20] }).longestWaitMs).toBe(800);
  });

  describe('the time that was not as it should be', () => {
    it('is cut at both ends of what was asked for', () => {
      const { blackoutMs, singleMs, offMs } = report({
        course: [
          mode(-25 * 60, 'SINGLE'),
          mode(-23 * 60, 'NORMAL'),
          mode(-50, 'BLACKOUT'),
          mode(-48, 'SINGLE'),
          mode(-40, 'OFF'),
          mode(-30, 'BLACKOUT', ''),
          mode(-29, 'NORMAL'),
          mode(-5, 'SINGLE'),
        ],
      });
      expect({ blackoutMs, singleMs, offMs }).toEqual({
        blackoutMs: 3 * MINUTE,
        singleMs: HOUR + 8 * MINUTE + 5 * MINUTE,
        offMs: 10 * MINUTE,
      });
    });

    it('is never negative, though somebody put the clock back', () => {
      const { singleMs, blackoutMs } = report({
        course: [mode(-10, 'SINGLE'), mode(-70, 'BLACKOUT'), mode(-69, 'NORMAL'), mode(5, 'SINGLE')],
      });
      expect([singleMs, blackoutMs]).toEqual([0, MINUTE]);
    });

    it('is told of each slow core, and ends with the process', () => {
      const { degraded } = report({
        course: [
          slow(-26 * 60, 2),
          well(-23 * 60, 2),
          slow(-30, 1),
          slow(-20, 2),
          mode(-15, 'BLACKOUT', ''),
          slow(-5, 1),
        ],
      });
      expect(degraded).toEqual([
        { core: 1, ms: 15 * MINUTE + 5 * MINUTE },
        { core: 2, ms: HOUR + 5 * MINUTE },
      ]);
    });

    it('does not end with a change of what the cluster can do', () => {
      const { degraded } = report({ course: [slow(-30, 1), mode(-20, 'SINGLE', 'NORMAL')] });
      expect(degraded).toEqual([{ core: 1, ms: 30 * MINUTE }]);
    });
  });

  it.each([
    ['later', NOON - HOUR, { since: NOON - HOUR, cut: true }],
    ['earlier', NOON - 30 * HOUR, { since: NOON - 24 * HOUR, cut: false }],
    ['just then', NOON - 24 * HOUR, { since: NOON - 24 * HOUR, cut: false }],
    ['never', undefined, { since: NOON, cut: true }],
  ])('begins where what is remembered does, if that is %s', (_when, firstKnownAt, expected) => {
    expect(report({ firstKnownAt })).toMatchObject(expected);
  });

  it('does not count what was before anything is remembered', () => {
    const course = [mode(-60, 'BLACKOUT', ''), mode(-59, 'NORMAL')];
    expect(report({ course, firstKnownAt: NOON - HOUR })).toMatchObject({ blackoutMs: MINUTE, cut: true });
  });
});
