import type { ServiceValues } from './service-texts';
import type { UseValues } from './use-texts';
import type { DriftTexts, DriftValues } from './drift-texts';

/** What the assistant says of approvals and installed components. Texts of others come in as they may be shown. */
export interface InstallationTexts extends DriftTexts {
  /** To the administrators. */
  approvalAsked(values: ApprovalValues): string;
  /** To whoever asked. */
  installAsked(values: { title: string; version: string }): string;
  approvalRejected(values: { title: string; version: string; why: string; by: string }): string;
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
    /** It runs all the time, for others. */
    service?: true;
    tools: readonly { name: string; effect: 'read' | 'write' | 'destructive'; egress?: boolean }[];
    /** It is a core. */
    answers?: true;
  };
  /** Of an upgrade: what differs from what is in force. */
  drift?: DriftValues;
  needed: number;
  /** What whoever asked goes by. */
  askedBy: string;
  /** Where the whole report stands. */
  page: string;
}

export interface ComponentChangeValues {
  /** It is one that runs all the time, for others. */
  service?: boolean;
  /** It is a core. */
  answers?: true;
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
  /** An upgrade on its way. */
  next?: { version: string; state: 'installing' | 'canary' };
  /** Of one that was removed: whether what it kept is still there. */
  dataStays?: boolean;
  /** Where it is told. */
  use?: UseValues;
  /** Of a service, in place of its use. */
  service?: ServiceValues;
  /** Of a service: whole names of the installed components that use it. */
  usedBy?: readonly string[];
  /** Of a core: as which it takes part. */
  cores?: readonly { id: number; state: string }[];
}

export interface InstalledCard extends InstalledLine {
  reason: string;
  approvedBy: readonly string[];
  trialId: string;
  digest: string;
  rights: ApprovalValues['rights'];
  /** What its egress proxy refused it, the last one first. */
  refused: readonly RefusedLine[];
  /** Of its canary. */
  calls?: { version: string; calls: number; failures: number; needed: number };
  /** Versions it can go back to, the last one first. */
  earlier: readonly string[];
  history: readonly HistoryLine[];
}

export interface RefusedLine {
  /** `host:port` */
  target: string;
  reason: 'not-listed' | 'private-address' | 'limit';
  times: number;
  last: string;
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
