import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Core } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { OllamaApi, type ModelDetails } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { compareModels } from '../ollama/same-model';
import { Clock } from '../shared/clock';
import { compareServed } from './drift';

const LOOK_AGAIN_MS = 10 * 60_000;
const SHOW_TIMEOUT_MS = 3_000;

/** What `/api/tags` and `/api/ps` say about the model. */
export interface FoundModel {
  digest: string;
  /** Undefined while it is not in memory, or not told. */
  contextTokens?: number;
  vramShare?: number;
}

interface Sighting {
  found: FoundModel;
  details: ModelDetails;
  /** Monotonic ms. */
  lookedAt: number;
  /** Who was seen first. */
  order: number;
  /** It generated in this life of its. */
  generated: boolean;
  /** Its life is over: nothing that comes back is sure to be the same. */
  past: boolean;
}

/**
 * Sees to it that a failover changes neither the model nor its context. All cores are measured against one: the active
 * core from its first token on, before that the one that was seen first; a stand-in without a model counts only among its
 * own kind. `/api/show` is asked no more often than something may have changed.
 */
@Injectable()
export class DriftGuard {
  private readonly logger = new Logger(DriftGuard.name);
  private readonly sightings = new Map<number, Sighting>();
  private seen = 0;

  constructor(
    private readonly ollama: OllamaApi,
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly clock: Clock,
  ) {}

  /** Looks at the model of a core that has it, where that may be another one than before. */
  async look(core: Core, found: FoundModel, signal: AbortSignal): Promise<void> {
    const before = this.sightings.get(core.id);
    const now = this.clock.monotonic();
    const due = before === undefined || before.past || now - before.lookedAt >= LOOK_AGAIN_MS;
    if (before && !due && before.found.digest === found.digest) {
      before.found = found;
      return;
    }
    try {
      const details = await this.ollama.show(core.url, this.profile.model, {
        signal,
        timeoutMs: SHOW_TIMEOUT_MS,
      });
      if (before !== this.sightings.get(core.id) || signal.aborted) return;
      this.note(core, found, details, now);
    } catch (error) {
      if (!(error instanceof OllamaError)) throw error;
      if (error.kind !== 'aborted')
        this.logger.warn(`What core ${core.id} serves could not be looked at: ${error.message}`);
    }
  }

  /** Its process ended, or started. */
  forget(core: Core): void {
    const sighting = this.sightings.get(core.id);
    // A new object: what is being looked at right now is void as well.
    if (sighting) this.sightings.set(core.id, { ...sighting, past: true });
    this.registry.update(core.id, { served: undefined });
  }

  /** It generated. */
  confirm(core: Core): void {
    const sighting = this.sightings.get(core.id);
    if (sighting && !sighting.past) sighting.generated = true;
  }

  /** Why it would answer differently; undefined where it would not, or nothing is known of it. Notes other differences. */
  differenceOf(core: Core): string | undefined {
    const own = this.sightings.get(core.id);
    const reference = this.reference();
    if (!own || own.past || !reference) return undefined;
    if (reference.core.id === core.id) {
      this.registry.update(core.id, { warning: undefined });
      return undefined;
    }
    const { options } = this.profile;
    const { difference, remarks } = compareServed(
      served(core, own),
      { ...served(reference.core, reference.sighting), id: reference.core.id },
      { names: Object.keys(options), contextTokens: options.num_ctx },
    );
    this.registry.update(core.id, { warning: remarks.length > 0 ? remarks.join('; ') : undefined });
    return difference;
  }

  private note(core: Core, found: FoundModel, details: ModelDetails, lookedAt: number): void {
    const before = this.sightings.get(core.id);
    const same = before !== undefined && !before.past;
    this.sightings.set(core.id, {
      ...{ found, details, lookedAt, past: false },
      order: same ? before.order : ++this.seen,
      generated: same && before.generated,
    });
    const changed = same && !compareModels(before.details, details).same;
    // Whether another template is continued has to be found out anew.
    this.registry.update(core.id, {
      served: details,
      ...(changed ? { continues: undefined, callsTools: undefined } : {}),
    });
    if (changed) this.logger.warn(`Core ${core.id} serves another model than before, under the same name`);
  }

  private reference(): { core: Core; sighting: Sighting } | undefined {
    const known = this.registry.all().flatMap((core) => {
      const sighting = this.sightings.get(core.id);
      // What the active core said stays valid after its death, until another one is active.
      const counts = sighting && (!sighting.past || (core.role === 'active' && sighting.generated));
      return counts ? [{ core, sighting }] : [];
    });
    const real = known.filter(({ core }) => core.kind !== 'scripted');
    const pool = real.length > 0 ? real : known;
    const active = pool.find(({ core, sighting }) => core.role === 'active' && sighting.generated);
    return active ?? pool.sort((a, b) => a.sighting.order - b.sighting.order)[0];
  }
}

function served(core: Core, { found, details }: Sighting) {
  const { contextTokens, vramShare } = found;
  return { details, contextTokens, vramShare, version: core.version };
}
