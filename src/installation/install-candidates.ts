import { Injectable } from '@nestjs/common';
import { contentHash } from '../component-registry/catalogue/signature';
import { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import type { RunnableManifest } from '../component-registry/manifest/complete-manifest';
import { notPacked, subjectOf } from '../sandbox/trial-subject';
import { policyHash } from '../sandbox/trial';
import type { TrialReport } from '../sandbox/trial-report';
import { TrialsService } from '../sandbox/trials.service';
import { RdzenError } from '../shared/rdzen-error';

const LATEST_TRIALS = 50;

/** A component that was tried, exactly as it would be installed. */
export interface InstallCandidate {
  manifest: RunnableManifest;
  title: string;
  /** `name@sha256:...` */
  image: string;
  report: TrialReport;
  manifestHash: string;
  /** SHA-256 in hex of what the approvers are shown: another one is another question. */
  shownHash: string;
}

/** Holds what the catalogue offers now against the reports that were kept. */
@Injectable()
export class InstallCandidates {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly trials: TrialsService,
  ) {}

  /**
   * @throws RdzenError COMPONENT_NOT_FOUND, COMPONENT_NOT_PACKED, COMPONENT_NOT_TRIED
   */
  async find(name: string, version?: string): Promise<InstallCandidate> {
    await this.catalogue.opened();
    const entry = this.catalogue.get(name, version);
    const manifest = await this.catalogue.runnable(entry);
    if (!manifest) throw notPacked(entry.manifest, this.catalogue.packHint(entry.manifest));
    const report = await this.reportOf(manifest);
    const { image } = subjectOf(report.trialId, manifest, entry);
    const manifestHash = contentHash(manifest);
    const { verdict, policyHash, trialId, rating } = report;
    return {
      ...{ manifest, image, report, manifestHash, title: manifest.title ?? manifest.name },
      shownHash: contentHash({ manifestHash, image, policyHash, trialId, verdict, rating: rating.value }),
    };
  }

  /** Of the last trial that could judge it, under the rules of today. */
  private async reportOf(manifest: RunnableManifest): Promise<TrialReport> {
    const { name, version } = manifest;
    const rules = policyHash(manifest);
    const rows = await this.trials.latest(LATEST_TRIALS, name);
    for (const row of rows) {
      if (row.version !== version || row.verdict === undefined || row.verdict === 'inconclusive') continue;
      const report = await this.trials.report(row.id);
      if (report?.policyHash !== rules) continue;
      if (report.verdict !== 'fail') return report;
      throw new RdzenError(
        'COMPONENT_NOT_TRIED',
        `${name} ${version} did not pass its last trial (${row.id}), and nothing is installed that did not. Read its report; where it was mended, try it again with !trial ${name}@${version}.`,
      );
    }
    throw new RdzenError(
      'COMPONENT_NOT_TRIED',
      `${name} ${version} has no trial that it passed as it is now. Try it first: !trial ${name}@${version}.`,
    );
  }
}
