import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EgressRefusals } from '../containers/component-networks';
import { visibleExcerpt } from '../mcp/visible-excerpt';
import { descriptionHash, schemaHash } from '../mcp/tool-hash';
import { RdzenError } from '../shared/rdzen-error';
import { hostAndPort } from '../tools/egress-denials';
import { CHECKS_BY_KIND } from './checks';
import type { Check } from './checks/check';
import type { Finding } from './finding';
import { rate } from './rating';
import {
  type CheckResult,
  REPORT_SCHEMA,
  type TrialReport,
  type TriedTool,
  type Verdict,
} from './trial-report';
import type { TrialScene } from './trial-scene';

/** Raised with every change of what a check demands: reports made before are then stale. */
const RULES_VERSION = 5;
const DETAIL = 200;
const LOG_LINES = 40;
/** An engine that is being stopped takes no calls any more, ends all its containers, and only then its streams. */
const STOPPING_MS = 15_000;
/** Of a component that has ended, until it is told who ended it. */
const ENDED_MS = 1_000;
const DISTURBED = {
  engine: {
    code: 'ENGINE_UNREACHABLE',
    message: 'Docker was restarted or went out of reach while it ran. Begin it again.',
  },
  container: {
    code: 'TRIAL_DISTURBED',
    message:
      'Its container was ended by something other than Rdzen: Docker was being stopped, or somebody ended it by hand. Begin it again.',
  },
};

export interface TrialProgress {
  check: CheckResult;
  /** Of how many. */
  of: number;
}

/**
 * Asks every check of its kind in order. The first failure ends it, but for what is asked of all that has run. Trouble of the engine
 * makes it inconclusive; nothing of it is left afterwards, whatever happened.
 *
 * @param onProgress after each check
 */
export async function runTrial(
  scene: TrialScene,
  startedAt: Date,
  onProgress: (progress: TrialProgress) => void = () => undefined,
  checks: readonly Check[] = CHECKS_BY_KIND[scene.block.kind],
): Promise<TrialReport> {
  const { clock } = scene;
  const began = clock.monotonic();
  const results: CheckResult[] = [];
  let problem: TrialReport['problem'];
  let over = false;
  for (const check of checks) {
    const at = clock.monotonic();
    let finding: Finding | undefined;
    if ((!over || (check.always && scene.watch.began)) && !problem)
      try {
        scene.signal.throwIfAborted();
        finding = await check.ask(scene);
      } catch (error) {
        problem = problemOf(error, scene.signal);
      }
    const result = resultOf(check, finding, clock.monotonic() - at);
    results.push(result);
    if (result.status === 'failed') over = true;
    // What comes after is broken off and killed on purpose.
    if (check.number === 11) scene.noteHygiene();
    onProgress({ check: result, of: checks.length });
  }
  const lost = await disturbance(scene, results, problem);
  const durationMs = clock.monotonic() - began;
  await scene.close();
  return reportOf(scene, startedAt, durationMs, lost ? blameless(results) : results, lost ?? problem);
}

/** A component that others ended is not to blame. */
async function disturbance(
  scene: TrialScene,
  results: readonly CheckResult[],
  problem: TrialReport['problem'],
): Promise<TrialReport['problem']> {
  const failed = results.some(({ status }) => status === 'failed');
  if (!failed || scene.signal.aborted) return undefined;
  const ofEngine = problem?.code.startsWith('ENGINE_') === true;
  const state = ofEngine ? undefined : await scene.container?.inspect().catch(() => undefined);
  const disturbed = await scene.disturbed(ofEngine ? STOPPING_MS : state?.running === true ? 0 : ENDED_MS);
  return disturbed && DISTURBED[disturbed];
}

function blameless(results: readonly CheckResult[]): CheckResult[] {
  return results.map((one) =>
    one.status === 'failed'
      ? { ...one, status: 'not-measured', detail: visibleExcerpt(`others ended it: ${one.detail}`, DETAIL) }
      : one,
  );
}

function resultOf(check: Check, finding: Finding | undefined, ms: number): CheckResult {
  const { number, id } = check;
  if (!finding) return { number, id, status: 'skipped', ms: 0, detail: '' };
  const { status, detail, evidence } = finding;
  return {
    number,
    id,
    status,
    ms: Math.round(ms),
    detail: visibleExcerpt(detail, DETAIL),
    ...(evidence ? { evidence: evidence.map((line) => visibleExcerpt(line, DETAIL)) } : {}),
  };
}

function problemOf(error: unknown, signal: AbortSignal): TrialReport['problem'] {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof RdzenError) return { code: reason.code, message: reason.message };
    return { code: 'TRIAL_TOO_LONG', message: 'It was not done within its time.' };
  }
  if (error instanceof RdzenError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message: visibleExcerpt(message, DETAIL) };
}

function reportOf(
  scene: TrialScene,
  startedAt: Date,
  durationMs: number,
  checks: CheckResult[],
  problem: TrialReport['problem'],
): TrialReport {
  const { subject, block, engine, watch } = scene;
  const verdict = verdictOf(checks, problem);
  const { network = 'none', filesystem } = block.permissions ?? {};
  const secrets = (subject.manifest.packages[0].environmentVariables ?? [])
    .filter(({ isSecret }) => isSecret)
    .map(({ name }) => name);
  return {
    schema: REPORT_SCHEMA,
    trialId: subject.trialId,
    kind: block.kind,
    component: subject.manifest.name,
    title: subject.manifest.title ?? subject.manifest.name,
    version: subject.manifest.version,
    digest: block.digest ?? '',
    source: subject.source,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(durationMs),
    engine: { version: engine.version, runtime: 'runc' },
    policyHash: policyHash(subject.manifest),
    verdict,
    score: scoreOf(checks),
    rating: rate({
      network: network === 'none' ? 'none' : 'wanted',
      effects: (block.tools ?? []).map(({ effect }) => effect),
      signed: subject.signed,
      state: filesystem?.state !== undefined,
      secrets: secrets.length > 0,
      review: checks.some(({ status }) => status === 'review'),
      triedNetwork: network === 'none' && (scene.egressAttempts ?? 0) > 0,
      failed: verdict === 'fail' || verdict === 'inconclusive',
    }),
    checks,
    tools: triedTools(scene),
    permissions: {
      network: network === 'none' ? 'none' : JSON.stringify(network),
      state: filesystem?.state !== undefined,
      secrets,
    },
    ...(watch.curve.length === 0
      ? {}
      : {
          resources: {
            memoryLimitBytes: watch.limits.memoryBytes,
            peakMemoryBytes: watch.peakMemoryBytes,
            peakProcesses: watch.peakProcesses,
            cpuMs: watch.cpuSoFarMs,
            memoryCurve: watch.curve,
          },
        }),
    ...(scene.latency ? { latency: scene.latency } : {}),
    ...(scene.startToToolsMs === undefined ? {} : { startToToolsMs: Math.round(scene.startToToolsMs) }),
    ...(scene.egressAttempts === undefined
      ? {}
      : { egress: egressOf(scene.egressAttempts, scene.egressRefused) }),
    ...(scene.modelFit ? { modelFit: scene.modelFit } : {}),
    ...(problem ? { problem } : {}),
    logTail: [scene.logTail, scene.refusal?.logTail ?? '']
      .join('\n')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-LOG_LINES)
      .map((line) => visibleExcerpt(line, DETAIL)),
  };
}

/** A failure that was seen counts, whatever broke afterwards. */
function verdictOf(checks: readonly CheckResult[], problem: TrialReport['problem']): Verdict {
  const has = (...statuses: CheckResult['status'][]): boolean =>
    checks.some(({ status }) => statuses.includes(status));
  if (has('failed')) return 'fail';
  if (problem?.code === 'TRIAL_TOO_LONG') return 'fail';
  if (problem) return 'inconclusive';
  return has('warned', 'review') ? 'pass_with_warnings' : 'pass';
}

function scoreOf(checks: readonly CheckResult[]): number {
  const counted = checks.filter(({ status }) => status !== 'not-measured');
  const worth = { passed: 1, warned: 0.5, review: 0.5, failed: 0, skipped: 0, 'not-measured': 0 };
  const sum = counted.reduce((total, { status }) => total + worth[status], 0);
  return counted.length === 0 ? 0 : Math.round((sum / counted.length) * 100);
}

function triedTools({ tools }: TrialScene): TriedTool[] {
  return tools.flatMap(({ name, right, description = '', inputSchema }) =>
    right
      ? [
          {
            name,
            effect: right.effect,
            descriptionHash: descriptionHash(description),
            schemaHash: schemaHash(inputSchema),
          },
        ]
      : [],
  );
}

/** SHA-256 over the manifest and the version of the rules. */
export function policyHash(manifest: unknown): string {
  return createHash('sha256')
    .update(canonicalize({ rules: RULES_VERSION, manifest }) ?? '')
    .digest('hex');
}

function egressOf(
  attempts: number,
  refused: readonly EgressRefusals[] = [],
): NonNullable<TrialReport['egress']> {
  if (refused.length === 0) return { attempts };
  const rows = refused.map(({ target, times, lastAt }) => ({
    ...hostAndPort(target),
    ...{ times, lastAt: new Date(lastAt).toISOString() },
  }));
  return { attempts, refused: rows };
}
