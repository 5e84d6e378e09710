import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { visibleExcerpt } from '../mcp/visible-excerpt';
import { descriptionHash, schemaHash } from '../mcp/tool-hash';
import { RdzenError } from '../shared/rdzen-error';
import { CHECKS } from './checks';
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
const RULES_VERSION = 2;
const DETAIL = 200;
const LOG_LINES = 40;

export interface TrialProgress {
  check: CheckResult;
  /** Of how many. */
  of: number;
}

/**
 * Asks every check in order. The first failure ends it, but for what is asked of all that has run. Trouble of the engine
 * makes it inconclusive; nothing of it is left afterwards, whatever happened.
 *
 * @param onProgress after each check
 */
export async function runTrial(
  scene: TrialScene,
  startedAt: Date,
  onProgress: (progress: TrialProgress) => void = () => undefined,
  checks: readonly Check[] = CHECKS,
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
  await scene.close();
  return reportOf(scene, startedAt, clock.monotonic() - began, results, problem);
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
    ...(scene.egressAttempts === undefined ? {} : { egress: { attempts: scene.egressAttempts } }),
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
