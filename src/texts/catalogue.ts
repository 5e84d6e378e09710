import type { AlertTexts } from './alert-texts';
import type { TrialValues } from './trial-text';
import type { ComponentTexts } from './component-texts';
import type { ToolTexts } from './tool-texts';
import type { InstallationTexts } from './installation-texts';

/** Every sentence the assistant says of its own accord, by name; each takes its values and gives the finished text. */
export interface Catalogue extends AlertTexts, ComponentTexts, InstallationTexts, ToolTexts {
  switched(values: { from: number; to: number }): string;
  switchedByHand(values: { from: number; to: number }): string;
  switchedFromSlow(values: { from: number; to: number }): string;
  switchedBack(values: { from: number; to: number }): string;
  /** `pace`: tokens a second. `others`: the cores that are ready. */
  slowEverywhere(values: {
    core: number;
    pace: number;
    others: readonly { core: number; pace: number }[];
  }): string;
  repairFailed(values: { core: number; reason: string }): string;
  /** `core`: the active one, which is not left any more. */
  pinned(values: { core: number }): string;
  blackout(values: { waiting: number }): string;
  /** `percent` and `secondsLeft` where they are known. */
  preparing(values: {
    step: 'engine' | 'model' | 'checking';
    percent?: number;
    secondsLeft?: number;
    waiting: number;
  }): string;
  busyUser(): string;
  /** So many of one person in one room within so long. */
  busyLoop(limit: { turns: number; minutes: number }): string;
  busyRoom(): string;
  busyAll(): string;
  tooLong(values: { characters: number; limit: number }): string;
  overBudget(values: { tokens: number; limit: number }): string;
  apology(): string;
  /** To the administrators: whose question, where, and its message id. */
  deadLetter(values: { deaths: number; room: string; author: string; id: string }): string;
  stopped(): string;
  nothingToStop(): string;
  startedAnew(): string;
  languageSet(): string;
  languageUsage(): string;
  languageUnknown(values: { given: string }): string;
  listenAll(): string;
  listenMentions(): string;
  listenUsage(): string;
  switchDone(values: { core: number }): string;
  switchAlready(values: { core: number }): string;
  switchBusy(values: { from: number; to: number; seconds: number }): string;
  switchCancelled(values: { core: number }): string;
  nothingToCancel(): string;
  /** `core`: the one that is active now. */
  switchOvertaken(values: { core: number }): string;
  noStandIn(values: { core: number }): string;
  durationUsage(values: { command: string; longest: string }): string;
  paused(values: { until: string; duration: string }): string;
  resumed(): string;
  notPaused(): string;
  maintenanceUsage(values: { cores: string }): string;
  maintenanceOn(values: { core: number; duration: string }): string;
  maintenanceOff(values: { core: number }): string;
  notInMaintenance(values: { core: number }): string;
  report(values: ReportValues): string;
  trialReport(values: TrialValues): string;
  /** `waiting`: how many are before it. */
  trialBegun(values: { title: string; version: string; id: string; waiting: number }): string;
  trialUsage(): string;
  trialRunning(values: { id: string; title: string; version: string; check: string }): string;
  trialQueued(values: { id: string; title: string; version: string }): string;
  trialDone(values: { id: string; title: string; version: string; verdict: TrialValues['verdict'] }): string;
  noTrials(): string;
  trialStopped(values: { id: string }): string;
  /** `reason`: what an error tells of itself, in English. */
  trialRefused(values: { name: string; reason: string }): string;
  reportUsage(values: { longest: string }): string;
  restartUsage(values: { services: readonly string[] }): string;
  serviceRestartDone(values: { service: string }): string;
  serviceRestartFailed(values: { service: string; reason: string }): string;
  /** By itself, because it had been silent for long. */
  serviceRestarted(values: { service: string; reason: string }): string;
  /** A version of Rocket.Chat that nobody tested. */
  chatServerUntested(values: { version: string; tested: string }): string;
  workspaceReadOnly(): string;
  workspaceReadOnlySoon(values: { days: number }): string;
  switchUsage(values: { cores: string }): string;
  switchNoSuchCore(values: { core: number; cores: string }): string;
  switchNotReady(values: { core: number; state: string }): string;
  unknownCommand(values: { given: string; nearest?: string }): string;
  forbidden(values: { command: string; who: string }): string;
  whoOperator(): string;
  whoModerator(): string;
  failed(values: { reason: string }): string;
  helpHead(): string;
  helpTail(): string;
  help(values: { command: string }): string;
  statusHead(values: { mode: string; epoch: number; waiting: number }): string;
  statusCore(values: { id: number; kind: string; active: boolean; state: string; detail: string }): string;
  statusChatServer(values: ChatServerValues): string;
  /** Docker does not answer; `since`: `2026-11-26 14:05 UTC`. */
  statusDockerSilent(values: { since: string; problem: string }): string;
  /** Services whose containers are watched. */
  statusServices(values: { services: readonly ServiceValues[] }): string;
  lengthLimited(): string;
}

/** How a watched service is doing; `state`: of its container. */
export interface ServiceValues {
  name: string;
  state: string;
  well: boolean;
  /** `2026-11-26 14:05 UTC`. */
  silentSince?: string;
  reason?: string;
}

/** How the chat server is doing. */
export interface ChatServerValues {
  version?: string;
  /** False where nobody tested that version. */
  tested?: boolean;
  /** Whether it answered, or did not, since it was first asked. */
  asked: boolean;
  /** `2026-11-26 14:05 UTC`, where it does not answer. */
  silentSince?: string;
  readOnly: boolean;
  readOnlyInDays?: number;
  /** Error code of what is wrong with the assistant's account. */
  accountProblem?: string;
}

/** What the availability report says. */
export interface ReportValues {
  /** What was asked for: `24h`. */
  period: string;
  /** Where what is remembered begins, if that is later. */
  since?: string;
  switches: { automatic: number; byHand: number; planned: number };
  /** By kind; the commonest first. */
  causes: readonly { kind: string; count: number }[];
  /** Times in ms, here and below. */
  detected?: { p50: number; max: number };
  switched?: { p50: number; max: number };
  longestWaitMs?: number;
  blackoutMs: number;
  singleMs: number;
  offMs: number;
  degraded: readonly { core: number; ms: number }[];
  repairs: readonly { step: string; count: number }[];
  given: number;
  continued: number;
  restarted: number;
  fenced: number;
  /** From when the answers are remembered, if that is later still. */
  answersSince?: string;
}
