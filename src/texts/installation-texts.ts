import type { UseValues } from './use-texts';
import type { DriftTexts, DriftValues } from './drift-texts';

/** What the assistant says of approvals and installed components. Texts of others come in as they may be shown. */
export interface InstallationTexts extends DriftTexts {
  /** To the administrators. */
  approvalAsked(values: ApprovalValues): string;
  /** To whoever asked. */
  installAsked(values: { title: string; version: string }): string;
  approvalRejected(values: { title: string; version: string; why: string }): string;
  /** `missing`: how many more persons have to agree. */
  approvalGiven(values: { code: string; title: string; version: string; missing: number }): string;
  approvalTakenBack(values: { code: string; title: string; version: string }): string;
  componentChanged(values: ComponentChangeValues): string;
  installUsage(): string;
  approveUsage(): string;
  rejectUsage(): string;
  removeUsage(): string;
  nameUsage(values: { command: string }): string;
  rollbackUsage(): string;
  installedList(values: { components: readonly InstalledLine[] }): string;
  installedCard(values: InstalledCard): string;
  installedDone(values: InstalledLine): string;
}

export interface ApprovalValues {
  code: string;
  title: string;
  name: string;
  version: string;
  verdict: 'pass' | 'pass_with_warnings' | 'fail' | 'inconclusive';
  /** 1 to 8. */
  rating: number;
  rights: {
    egress: readonly string[];
    internal: readonly string[];
    stateMiB?: number;
    secrets: readonly string[];
    tools: readonly { name: string; effect: 'read' | 'write' | 'destructive'; egress?: boolean }[];
  };
  /** Of an upgrade: what differs from what is in force. */
  drift?: DriftValues;
  needed: number;
  /** Where the whole report stands. */
  page: string;
}

export interface ComponentChangeValues {
  title: string;
  version: string;
  change:
    | 'canary'
    | 'active'
    | 'failed'
    | 'rolled-back'
    /** `version` is the earlier one, in force again. */
    | 'back-to'
    | 'quarantined'
    | 'removed'
    | 'upgrade-canary'
    | 'upgraded';
  /** In English, as it stands in the history. */
  reason: string;
}

export interface InstalledLine {
  name: string;
  title: string;
  version: string;
  state: 'installing' | 'canary' | 'active' | 'quarantined' | 'removed';
  /** Version of an upgrade on its way. */
  next?: string;
  /** Where it is told. */
  use?: UseValues;
}

export interface InstalledCard extends InstalledLine {
  reason: string;
  approvedBy: readonly string[];
  trialId: string;
  digest: string;
  rights: ApprovalValues['rights'];
  /** While it is a canary. */
  calls?: { calls: number; failures: number };
  /** Versions it can go back to, the last one first. */
  earlier: readonly string[];
  history: readonly HistoryLine[];
}

export type LifeWord = InstalledLine['state'] | 'none';

export interface HistoryLine {
  at: string;
  from: LifeWord;
  to: LifeWord;
  version: string;
  reason: string;
  /** Undefined: by itself. */
  by?: string;
}
