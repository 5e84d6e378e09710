import type { ComponentKind, ToolRight } from '../component-registry/manifest/manifest';

/** Version of this shape; reports are kept, and old ones stay readable. */
export const REPORT_SCHEMA = 1;

/**
 * - `pass_with_warnings`: a person should read them
 * - `inconclusive`: the engine, the disk or the registry failed; it says nothing of the component
 */
export const VERDICTS = ['pass', 'pass_with_warnings', 'fail', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * - `review`: a person has to look
 * - `not-measured`: it could not be asked here; `skipped`: an earlier failure made it needless
 */
export const CHECK_STATUSES = ['passed', 'warned', 'review', 'failed', 'not-measured', 'skipped'] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

export interface CheckResult {
  number: number;
  id: string;
  status: CheckStatus;
  ms: number;
  /** At most 200 characters, without a sign that nobody sees. */
  detail: string;
  evidence?: string[];
}

export interface TrialReport {
  schema: typeof REPORT_SCHEMA;
  trialId: string;
  /** Absent in reports that are older: an MCP server. */
  kind?: ComponentKind;
  component: string;
  title: string;
  version: string;
  digest: string;
  /** Where the manifest came from. */
  source: string;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  engine?: { version: string; runtime: string };
  /** SHA-256 of the manifest and of the rules that judged it: another one makes this report stale. */
  policyHash: string;
  verdict: Verdict;
  /** 0 to 100: share of what was asked and went well. */
  score: number;
  rating: Rating;
  checks: CheckResult[];
  tools: TriedTool[];
  permissions: { network: string; state: boolean; secrets: string[] };
  resources?: {
    memoryLimitBytes: number;
    peakMemoryBytes: number;
    peakProcesses: number;
    cpuMs: number;
    /** Milliseconds since the start, and bytes. */
    memoryCurve: [number, number][];
  };
  /** Milliseconds. */
  latency?: { calls: number; p50: number; p95: number };
  /** From the create call to the list of tools. */
  startToToolsMs?: number;
  egress?: {
    attempts: number;
    /** Where to, and what came of it: its proxy let nothing out. Absent where nothing was tried, or it had no proxy. */
    refused?: { host: string; port: string; times: number; /** ISO 8601. */ lastAt: string }[];
  };
  /** For how many example sentences the model called a tool of it as that tool wants to be called. */
  modelFit?: { model: string; right: number; of: number };
  /** Why it could not be judged. */
  problem?: { code: string; message: string };
  /** Of its error output; secrets are not given to it. */
  logTail: string[];
}

/** 1 (only for who knows exactly why) to 8 (harmless as far as can be shown). */
export interface Rating {
  value: number;
  reasons: RatingReason[];
}

export const RATING_REASONS = [
  'no-network',
  'reads-only',
  'signed',
  'wants-network',
  'keeps-state',
  'destructive-tools',
  'wants-secrets',
  'for-review',
  'tried-network',
  'did-not-pass',
] as const;
export interface RatingReason {
  reason: (typeof RATING_REASONS)[number];
  points: number;
}

export interface TriedTool {
  name: string;
  effect: ToolRight['effect'];
  descriptionHash: string;
  schemaHash: string;
}
