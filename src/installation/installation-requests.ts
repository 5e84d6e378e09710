import { Injectable } from '@nestjs/common';
import { CallerNames, shownName } from '../access/caller-names';
import type { Approval } from '../approvals/approval';
import { ApprovalJournal } from '../approvals/approval-journal';
import { silent } from '../shared/for-chat';
import { contentHash } from '../component-registry/catalogue/signature';
import { type AskedIn, ComponentJournal } from '../component-registry/installed/component-journal';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { NoticeJournal } from '../journal/notice-journal';
import { ADMIN_ROOM, AdminRoom } from '../rooms/admin-room';
import { LanguageOf } from '../rooms/language-of';
import { ReportLinks } from '../sandbox/report-links';
import { Clock } from '../shared/clock';
import { CrashPoints } from '../shared/crash-points';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { Store } from '../storage/store';
import { UsedServices } from '../tools/services/used-services';
import type { DriftValues } from '../texts/drift-texts';
import { texts } from '../texts/texts';
import { ComponentLife } from './component-life';
import { lockDrift } from './lock-drift';
import { type InstallCandidate, InstallCandidates } from './install-candidates';
import { approversNeeded, rightsOf } from './rights';

export const INSTALL = 'install';

export interface InstallWish {
  /** In full, or its last part. */
  name: string;
  version?: string;
  /** `chat:<user id>` or `api:<key id>`. */
  askedBy: string;
  /** Where it was asked for: there it is a canary, and there is told how it goes. */
  room?: AskedIn;
}

/** What an approval of this kind keeps. */
export interface InstallDetails {
  version: string;
  title: string;
  /** What differs from the lock that was in force when it was asked. */
  drift?: DriftValues;
  room?: AskedIn;
}

/** `missing`: how many more persons have to agree. */
export interface ApprovalResult {
  approval: Approval;
  missing: number;
}

/** From a wish to an approved lock. What is approved is what was shown; anything else is asked anew. */
@Injectable()
export class InstallationRequests {
  constructor(
    private readonly candidates: InstallCandidates,
    private readonly approvals: ApprovalJournal,
    private readonly installed: InstalledComponents,
    private readonly journal: ComponentJournal,
    private readonly life: ComponentLife,
    private readonly notices: NoticeJournal,
    private readonly links: ReportLinks,
    private readonly adminRoom: AdminRoom,
    private readonly languages: LanguageOf,
    private readonly used: UsedServices,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly crash: CrashPoints,
    private readonly names: CallerNames,
  ) {}

  /**
   * Asks the administrators. The same wish again is the same question, as long as it is open.
   *
   * @throws RdzenError COMPONENT_NOT_FOUND, COMPONENT_NOT_PACKED, COMPONENT_NOT_TRIED, COMPONENT_STATE, SERVICE_NOT_INSTALLED
   */
  async ask({ name, version, askedBy, room }: InstallWish): Promise<Approval> {
    const candidate = await this.candidates.find(name, version);
    const { manifest, title } = candidate;
    this.mayCome(candidate);
    this.used.demandInstalled(manifest);
    const { drift, shownHash } = this.shown(candidate);
    const language = await this.languages.of(ADMIN_ROOM);
    const rights = rightsOf(manifest);
    const details: InstallDetails = {
      ...{ version: manifest.version, title },
      ...(drift ? { drift } : {}),
      ...(room ? { room } : {}),
    };
    const { approval, isNew } = await this.store.transaction(async (tx) => {
      const open = await this.approvals.openAbout(INSTALL, manifest.name, tx);
      if (open?.shownHash === shownHash) return { approval: open, isNew: false };
      const reason = 'another version or image of it was asked for';
      if (open) await this.approvals.end(open.code, { state: 'stale', by: askedBy, reason }, tx);
      const asked = await this.approvals.ask(
        {
          ...{ kind: INSTALL, subject: manifest.name, shownHash, askedBy, details },
          needed: approversNeeded(rights),
        },
        tx,
      );
      const { verdict, rating, trialId } = candidate.report;
      const text = texts(language).approvalAsked({
        ...{ code: asked.code, title, name: manifest.name, version: manifest.version, needed: asked.needed },
        ...{ verdict, rating: rating.value, rights, drift, page: this.links.page(trialId) },
        askedBy: silent(shownName(askedBy, asked.askedByName)),
      });
      await this.notices.write([{ key: keyOf(asked), roomId: ADMIN_ROOM, text }], tx);
      return { approval: asked, isNew: true };
    });
    if (isNew) this.notices.announce(keyOf(approval));
    return approval;
  }

  /**
   * @throws RdzenError APPROVAL_NOT_FOUND, APPROVAL_CLOSED, APPROVAL_STALE, COMPONENT_STATE, SERVICE_NOT_INSTALLED
   */
  async approve(code: string, by: string): Promise<ApprovalResult> {
    const approval = await this.approvals.open(code);
    const candidate = await this.stillAsShown(approval, by);
    this.mayCome(candidate);
    this.used.demandInstalled(candidate.manifest);
    const { room } = approval.details as InstallDetails;
    const missing = await this.store.transaction(async (tx) => {
      await this.approvals.open(approval.code, tx);
      const voices = await this.approvals.agree(approval.code, by, tx);
      return Math.max(0, approval.needed - voices.length);
    });
    const now = await this.approvals.open(approval.code);
    if (missing > 0) return { approval: now, missing };
    const lock = this.draft(candidate, now);
    await this.life.take({
      component: this.installing(lock, room),
      ...{ lockId: lock.id, version: lock.version, by, reason: `approved under ${approval.code}` },
      also: async (tx) => {
        await this.approvals.open(approval.code, tx);
        await this.approvals.end(approval.code, { state: 'approved', by }, tx);
        if (room) await this.journal.setAskedIn(lock.id, room, tx);
      },
    });
    this.crash.reach('component-approved');
    return { approval: { ...now, state: 'approved' }, missing: 0 };
  }

  /**
   * @throws RdzenError APPROVAL_NOT_FOUND, APPROVAL_CLOSED
   */
  async reject(code: string, by: string, why: string): Promise<Approval> {
    const { approval, key } = await this.store.transaction(async (tx) => {
      const open = await this.approvals.open(code, tx);
      await this.approvals.end(open.code, { state: 'rejected', by, reason: why }, tx);
      const { room, title, version } = open.details as InstallDetails;
      if (!room) return { approval: open };
      const who = silent(this.names.shown(by));
      const text = texts(room.language).approvalRejected({ title, version, why, by: who });
      const { roomId, threadId } = room;
      await this.notices.write([{ key: `${keyOf(open)}-rejected`, roomId, threadId, text }], tx);
      return { approval: open, key: `${keyOf(open)}-rejected` };
    });
    if (key !== undefined) this.notices.announce(key);
    return { ...approval, state: 'rejected', endedBy: by, reason: why };
  }

  /** @throws RdzenError APPROVAL_STALE */
  private async stillAsShown(approval: Approval, by: string): Promise<InstallCandidate> {
    const { version } = approval.details as InstallDetails;
    let reason: string;
    try {
      const candidate = await this.candidates.find(approval.subject, version);
      if (this.shown(candidate).shownHash === approval.shownHash) return candidate;
      reason = 'its manifest, image, trial, the rules or the version in use have changed since';
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      reason = error.message;
    }
    await this.approvals.end(approval.code, { state: 'stale', by, reason }, this.store);
    throw new RdzenError(
      'APPROVAL_STALE',
      `${approval.code} asks about ${approval.subject} ${version} as it was, and that is over: ${reason.replace(/\.$/, '')}. Ask anew: !install ${approval.subject}@${version}.`,
    );
  }

  /** An upgrade is shown beside what is in force: against another lock it is another question. */
  private shown({ manifest, report, shownHash }: InstallCandidate): {
    drift?: DriftValues;
    shownHash: string;
  } {
    const there = this.installed.get(manifest.name);
    if (there?.state !== 'active' && there?.state !== 'quarantined') return { shownHash };
    const drift = lockDrift(there.lock, manifest, report.tools);
    return { drift, shownHash: contentHash({ shownHash, lockId: there.lock.id }) };
  }

  /** @throws RdzenError COMPONENT_STATE */
  private mayCome({ manifest, image }: InstallCandidate): void {
    const there = this.installed.get(manifest.name);
    if (!there || there.state === 'removed' || there.state === 'quarantined') return;
    const { name } = manifest;
    if (there.state !== 'active' || there.next)
      throw new RdzenError(
        'COMPONENT_STATE',
        `${name} is on its way already (${there.next?.state ?? there.state}). !promote ${name}, !rollback ${name} or !remove ${name} first.`,
      );
    if (there.lock.image === image && there.lock.version === manifest.version)
      throw new RdzenError(
        'COMPONENT_STATE',
        `${name} ${manifest.version} is installed already. See !components ${name}.`,
      );
  }

  private draft(
    { manifest, image, manifestHash, report }: InstallCandidate,
    { approvedBy, approvers }: Approval,
  ): ComponentLock {
    const there = this.installed.get(manifest.name);
    const previous =
      there?.state === 'active'
        ? there.lock.id
        : there?.state === 'quarantined'
          ? there.lock.previous
          : undefined;
    return {
      ...{
        id: this.random.id(10),
        component: manifest.name,
        version: manifest.version,
        manifest,
        manifestHash,
      },
      ...{
        image,
        imageId: '',
        protocolVersion: '',
        ...{ approvedBy, approvers },
        approvedAt: this.clock.now(),
        trialId: report.trialId,
      },
      // Their texts come once they were compared.
      tools: report.tools.map((tool) => ({ ...tool, description: '', inputSchema: {}, egress: false })),
      ...(previous === undefined ? {} : { previous }),
    };
  }

  private installing(lock: ComponentLock, room?: AskedIn): InstalledComponent {
    const there = this.installed.get(lock.component);
    const roomId = room?.roomId ?? this.adminRoom.id;
    const canaryRooms = roomId === undefined ? [] : [roomId];
    const since = this.clock.now();
    if (there?.state === 'active')
      return { ...there, next: { lock, state: 'installing', canaryRooms, since } };
    const reason = 'image and tools are being compared with what was tried';
    const { volume, backup } = there ?? {};
    const data = { ...(volume === undefined ? {} : { volume }), ...(backup ? { backup } : {}) };
    return { name: lock.component, state: 'installing', lock, canaryRooms, reason, since, ...data };
  }
}

function keyOf({ code }: Approval): string {
  return `approval-${code}`;
}
