/** Every sentence the assistant says of its own accord, by name; each takes its values and gives the finished text. */
export interface Catalogue {
  switched(values: { from: number; to: number }): string;
  switchedByHand(values: { from: number; to: number }): string;
  switchedFromSlow(values: { from: number; to: number }): string;
  switchedBack(values: { from: number; to: number }): string;
  repairFailed(values: { core: number; reason: string }): string;
  poison(values: { id: string; room: string; author: string }): string;
  pinned(values: { cause: string }): string;
  blackout(values: { waiting: number }): string;
  /** `percent` and `secondsLeft` where they are known. */
  preparing(values: {
    step: 'engine' | 'model' | 'checking';
    percent?: number;
    secondsLeft?: number;
    waiting: number;
  }): string;
  busyUser(): string;
  busyRoom(): string;
  busyAll(): string;
  tooLong(values: { characters: number; limit: number }): string;
  overBudget(values: { tokens: number; limit: number }): string;
  apology(): string;
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
  lengthLimited(): string;
}

/** What the availability report says; times in ms. */
export interface ReportValues {
  hours: number;
  automatic: number;
  byHand: number;
  detectedP50?: number;
  detectedMost?: number;
  switchedMost?: number;
  waitedMost?: number;
  answered: number;
  continued: number;
  restarted: number;
  fenced: number;
  repairs: number;
  degradedMinutes: number;
  blackoutMinutes: number;
  causes: readonly { cause: string; count: number }[];
}
