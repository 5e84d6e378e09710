import type { ModelDetails } from '../ollama/ollama-api';

/**
 * - `unknown`: not probed yet
 * - `starting`: expected to come up (its process was just started)
 * - `warming`: answers, but the model is not resident or not proven yet
 * - `ready`: proven by a deep probe
 * - `suspect`: something went wrong, not yet judged
 * - `down`: does not answer, or does not generate
 */
export type CoreState = 'unknown' | 'starting' | 'warming' | 'ready' | 'suspect' | 'down';
/**
 * What is laid over a core's state by a decision, its own behaviour aside. `core-states.ts` says what each means for
 * work, promotion and repair.
 */
export type CoreCondition =
  'degraded' | 'repairing' | 'failed' | 'quarantined' | 'draining' | 'maintenance' | 'stopped';
/** The same for the cluster as a whole. */
export type ClusterCondition = 'paused' | 'pinned' | 'tilted' | 'switching';

/** Why something is held in a condition, and until when. */
export interface Hold<Kind extends string = CoreCondition | ClusterCondition> {
  kind: Kind;
  /** Epoch ms. */
  since: number;
  /** Epoch ms at which it ends by itself; undefined: it has to be lifted. */
  until?: number;
  /** `automatic`, `api:<key id>` or `chat:<user id>`. */
  by: string;
  reason: string;
}

/** Whose doing it was: `self`, a crash of its own or too much memory; `external`, somebody ended it. */
export type DeathKind = 'self' | 'external';

/** The latest end of a core's process, as the engine told it. */
export interface Death {
  kind: DeathKind;
  /** Monotonic ms. */
  at: number;
}

export type CoreRole = 'active' | 'standby';
export type CoreKind = 'ollama' | 'engine' | 'scripted' | 'external';

/** What a core is, fixed while the process runs; only an engine that cannot be had becomes scripted. */
export interface CoreDefinition {
  id: number;
  kind: CoreKind;
  url: string;
  /** Name in the container engine; undefined for a core we do not run. */
  container?: string;
  /** Folder of its models, where we can read it. */
  modelFolder?: string;
  /** Rdzen sees to it that it has the model, though others run it. */
  provisioned?: true;
  /** Cores with the same value compete for the same processors. */
  host: string;
  /** Questions it answers at once. */
  slots: number;
  /** Name of the component it came as. */
  component?: string;
}

/**
 * What ails a core that cannot serve, by which it is mended.
 * - `silent`: nothing answers; its process may run or not
 * - `stuck`: it answers, and does not generate
 * - `model-missing`: it lacks the model
 * - `model-broken`: it has the model and cannot load it
 */
export type Ailment = 'silent' | 'stuck' | 'model-missing' | 'model-broken';

/** What is known about a core right now. */
export interface Core extends CoreDefinition {
  role: CoreRole;
  state: CoreState;
  /** Why it is in this state, for people. */
  reason: string;
  /** Epoch ms of the last state change. */
  since: number;
  /** It was ready at least once since this process started. */
  wasReady?: boolean;
  /** Undefined while nothing is known to be wrong. */
  ailment?: Ailment;
  /** The engine says that its process is not running. */
  exited?: boolean;
  /** How its process ended the last time; undefined while it never did, and where nobody tells. */
  death?: Death;
  /** Epoch ms of the last probe that told anything. */
  lastCheck?: number;
  pid?: number;
  version?: string;
  /** What differs from the other cores, though it answers like them (version, share of graphics memory). */
  warning?: string;
  /** What it says its model is; undefined until it was asked in its present life. */
  served?: ModelDetails;
  /** Without the model on purpose: memory holds it only once. Work goes there only when nothing else is left. */
  cold?: boolean;
  /** A partial answer sent as last message is continued, not begun anew; undefined until verified. */
  continues?: boolean;
  /** False: its model refused tools; undefined: it was not asked, or calls them. */
  callsTools?: boolean;
  inFlight: number;
  /** Of them, questions that it turned away because it is full, and that wait with their slot kept. */
  turnedAway?: number;
  /** Monotonic ms of the last token or other proof of life from a real generation. */
  lastTokenAt?: number;
  /** Failures in the last 30 minutes, epoch ms. */
  failures: number[];
  /** How fast it was last seen to write: of the answers being written, or of a measurement. */
  pace?: Pace;
  /** What it is held in, by decisions. */
  conditions: ReadonlyMap<CoreCondition, Hold<CoreCondition>>;
  /** Monotonic ms of the last state change. */
  changedAt: number;
  /** Monotonic ms since when it is ready, doubts that were cleared left out; undefined while it is not. */
  readySince?: number;
  /** How long it had been ready when it last fell, ms. */
  wasReadyMs: number;
  /** Monotonic ms of the first sign of the trouble it is in; undefined while all is well. */
  troubleSince?: number;
  /** Monotonic ms of the latest deep probe it passed. */
  provenAt?: number;
  /** Monotonic ms until which it takes one answer at a time only, fresh from a repair. */
  gentleUntil?: number;
  speed: CoreSpeed;
}

export interface Pace {
  tokensPerSecond: number;
  /** Monotonic ms. */
  at: number;
}

/** Learnt from real answers and probes; undefined until measured. */
export interface CoreSpeed {
  promptTokensPerSecond?: number;
  tokensPerSecond?: number;
  /** Last seen time to load the model, ms. */
  loadMs?: number;
}

/** What a generation, a probe or the engine saw. */
export type EvidenceKind =
  | 'refused'
  | 'reset'
  | 'died'
  | 'first-token-timeout'
  | 'stall'
  | 'in-stream-error'
  | 'server-error'
  | 'truncated'
  | 'malformed'
  | 'model-missing'
  | 'busy';

export interface Evidence {
  coreId: number;
  kind: EvidenceKind;
  detail: string;
  /** How long an answer waited in vain, where that is what was seen. */
  waitedMs?: number;
  at: number;
}

export interface Transition {
  epoch: number;
  from: number;
  to: number;
  at: number;
  cause: string;
  evidence: string;
  /** `automatic` or who asked: `api:<key id>`, `chat:<user id>`. */
  by: string;
  /** From the first sign of trouble to the verdict, ms; of automatic switches only. */
  detectedMs?: number;
  /** From the verdict to the commit of the switch, ms; of automatic switches only. */
  switchedMs?: number;
  /** Longest wait of a question that was in flight, from the break to the next token, ms. */
  waitedMs?: number;
}
