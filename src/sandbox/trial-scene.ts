import type { RunnableManifest } from '../component-registry/manifest/complete-manifest';
import { blockOf, DEFAULT_RESOURCES, type ToolRight } from '../component-registry/manifest/manifest';
import type {
  ComponentContainer,
  ComponentContainers,
  ComponentImage,
  EngineLife,
  SandboxEngine,
} from '../containers/component-containers';
import type { EgressRefusals } from '../containers/component-networks';
import type { ListedTool } from '../mcp/mcp-session';
import { SchemaJudge } from '../mcp/schema-judge';
import type { Clock } from '../shared/clock';
import type { ServerTransport } from '../mcp/server-transport';
import {
  type ComponentDidNotStart,
  type ComponentRuntime,
  limitsOf,
  type Purpose,
  type RunningComponent,
} from '../tools/component-runtime';
import type { ServiceRuntime } from '../tools/services/service-runtime';
import type { TriedCore } from './tried-core';
import type { TriedCores } from './tried-cores';
import type { SandboxModel } from './sandbox-model';
import { ResourceWatch } from './resource-watch';
import { ServiceStand } from './service-stand';

const LIFE_LOOK_MS = 100;
/** Slack behind the trial's own end: what a dead gateway left is swept after it. */
const LIFETIME_SLACK_MS = 60_000;

/** A listed tool and what its manifest says of it. */
export interface KnownTool extends ListedTool {
  right?: ToolRight;
}

export interface TrialSubject {
  trialId: string;
  manifest: RunnableManifest;
  /** `repository@sha256:...`. */
  image: string;
  source: string;
  signed: boolean;
}

/** What the checks of one trial share: the component as it runs now, and what is known of it by now. */
export class TrialScene {
  found?: ComponentImage;
  /** The one the checks speak to. */
  running?: RunningComponent;
  /** Why it did not come to speak. */
  refusal?: ComponentDidNotStart;
  /** What the first container said; later ones are hurt on purpose. */
  hygiene?: { transport: ServerTransport; strays: number };
  /** In place of {@link running}, where a core is tried. */
  core?: TriedCore;
  tools: KnownTool[] = [];
  startToToolsMs?: number;
  latency?: { calls: number; p50: number; p95: number };
  egressAttempts?: number;
  egressRefused?: readonly EgressRefusals[];
  modelFit?: { model: string; right: number; of: number };
  readonly watch: ResourceWatch;
  readonly schemas: SchemaJudge;
  /** Of a component of the kind service, in place of {@link running}. */
  readonly stand: ServiceStand;
  private life?: EngineLife;
  private readonly made: RunningComponent[] = [];
  private readonly last: (() => Promise<void>)[] = [];
  private heard?: () => string;
  /** Ends of output of those that are gone. */
  private readonly logs: string[] = [];

  constructor(
    readonly subject: TrialSubject,
    readonly engine: SandboxEngine,
    readonly containers: ComponentContainers,
    readonly runtime: ComponentRuntime,
    readonly clock: Clock,
    readonly signal: AbortSignal,
    private readonly withinMs: number,
    private readonly more: { model?: SandboxModel; endsAt?: number; services?: ServiceRuntime } = {},
  ) {
    this.watch = new ResourceWatch(clock, this.limits);
    this.schemas = new SchemaJudge(clock);
    this.stand = new ServiceStand(
      ...([more.services, subject, this.purpose, this.volumes, this.watch, signal] as const),
      () => this.listen(),
    );
  }

  /** Asked which tool it would choose; none where the trial has none. */
  get model(): SandboxModel | undefined {
    return this.more.model;
  }

  /** Who asks a core that is tried. */
  get cores(): TriedCores | undefined {
    return this.more.model?.cores;
  }

  /** Milliseconds until the trial is ended. */
  get leftMs(): number {
    return this.more.endsAt === undefined ? this.withinMs : this.more.endsAt - this.clock.monotonic();
  }

  get block(): ReturnType<typeof blockOf> {
    return blockOf(this.subject.manifest);
  }

  get limits(): ReturnType<typeof limitsOf> {
    return limitsOf(this.block.resources, this.block.permissions?.filesystem?.scratchMiB);
  }

  get callTimeoutMs(): number {
    return { ...DEFAULT_RESOURCES, ...this.block.resources }.callTimeoutS * 1000;
  }

  get logTail(): string {
    const running = this.running?.session.transport.logTail ?? '';
    return [...this.logs, this.stand.logTail, this.heard?.() ?? '', running].join('\n').slice(-4_096);
  }

  /** What is to be done when it is over, the last of it first. */
  whenOver(work: () => Promise<void>): void {
    this.last.unshift(work);
  }

  /** Where the end of its output stands. */
  says(text: () => string): void {
    this.heard = text;
  }

  /** A fresh container in place of the one before. */
  async start(): Promise<RunningComponent> {
    await this.end();
    const running = await this.another();
    this.running = running;
    await this.watch.begin(running.container);
    return running;
  }

  /** From here on it is known what others do to its containers and their engine; to be said before the first of them is made. */
  async listen(): Promise<void> {
    const { trialId, manifest } = this.subject;
    this.life ??= await this.containers.life({ 'rdzen.trial': trialId, 'rdzen.component': manifest.name });
  }

  /** Beside the one that runs. */
  async another(): Promise<RunningComponent> {
    this.signal.throwIfAborted();
    await this.listen();
    const { manifest, image } = this.subject;
    const { state, fixtures } = this.volumes;
    const running = await this.runtime.start(manifest, image, this.purpose, state, undefined, fixtures);
    this.made.push(running);
    return running;
  }

  private get purpose(): Purpose {
    return {
      word: 'trial',
      labels: { 'rdzen.trial': this.subject.trialId },
      lifetimeMs: this.withinMs + LIFETIME_SLACK_MS,
    };
  }

  /** All its containers have them together. */
  private get volumes(): {
    state?: { volume: string; fleeting: true };
    fixtures?: { volume: string; files: Record<string, string> };
  } {
    const { permissions, trial } = this.block;
    const name = `rdzen-trial-${this.subject.trialId.toLowerCase()}`;
    const { fixtures = {} } = trial ?? {};
    return {
      ...(permissions?.filesystem?.state ? { state: { volume: `${name}-state`, fleeting: true } } : {}),
      ...(Object.keys(fixtures).length > 0 ? { fixtures: { volume: `${name}-files`, files: fixtures } } : {}),
    };
  }

  /** What its containers wanted to reach, and how often they were refused in all; undefined where it had no network. */
  get refused(): { targets: EgressRefusals[]; times: number } | undefined {
    const behind = this.made.flatMap(({ egress: one }) => (one ? [one] : []));
    if (behind.length === 0) return undefined;
    const targets = new Map<string, EgressRefusals>();
    for (const { target, times, lastAt } of behind.flatMap(({ refused }) => refused)) {
      const known = targets.get(target);
      targets.set(target, {
        ...{ target, times: times + (known?.times ?? 0) },
        lastAt: Math.max(lastAt, known?.lastAt ?? 0),
      });
    }
    return {
      targets: [...targets.values()],
      times: behind.reduce((sum, { denied }) => sum + denied, 0),
    };
  }

  /** What it keeps, as far as its limit goes and no further; undefined where it keeps nothing. */
  async keptBytes(): Promise<{ bytes: number; limitBytes: number } | undefined> {
    const { state } = this.block.permissions?.filesystem ?? {};
    const { volume } = this.volumes.state ?? {};
    if (!state || volume === undefined) return undefined;
    const limitBytes = state.maxMiB * 2 ** 20;
    const asked = { volume, path: state.path, image: this.subject.image, most: limitBytes + 1 };
    const bytes = await this.containers.volumes.bytes(asked);
    return bytes === undefined ? undefined : { bytes, limitBytes };
  }

  /** What needs a network can be tried here. */
  hasNetworks(): Promise<boolean> {
    return this.runtime.hasNetworks();
  }

  /** Calls from here on are broken off on purpose, and answers to them are no fault. */
  noteHygiene(): void {
    if (!this.running || this.hygiene) return;
    const { transport, strays } = this.running.session;
    this.hygiene = { transport, strays };
  }

  /** Of the one that runs; what it used until now stays known. */
  async end(): Promise<void> {
    await this.watch.end();
    if (this.running) this.logs.push(this.running.session.transport.logTail);
    await this.running?.close();
    this.running = undefined;
  }

  /**
   * What others did since the first start: the engine was restarted or went away, or one of its containers was ended. An engine that
   * is being stopped does the one after the other, and its word of an end comes a moment after it.
   */
  async disturbed(withinMs: number): Promise<'engine' | 'container' | undefined> {
    const { life, clock } = this;
    const until = clock.monotonic() + withinMs;
    while (life && !life.isOver && !life.killedByOthers && clock.monotonic() < until)
      await clock.sleep(LIFE_LOOK_MS);
    if (life?.isOver) return 'engine';
    return life?.killedByOthers ? 'container' : undefined;
  }

  /** As it runs now, whatever its kind is. */
  get container(): ComponentContainer | undefined {
    return (this.running ?? this.stand.running ?? this.core)?.container;
  }

  /** Nothing of this trial is left after it. */
  async close(): Promise<void> {
    this.life?.close();
    await this.watch.end();
    await this.schemas.close();
    await this.stand.close();
    for (const one of this.made) await one.close().catch(() => undefined);
    for (const work of this.last.splice(0)) await work().catch(() => undefined);
    const { state, fixtures } = this.volumes;
    for (const one of [state, fixtures]) if (one) await this.containers.volumes.discard(one.volume);
  }

  /** Running still; where it is not, a new one takes its place. @returns whether it had ended */
  async mended(): Promise<boolean> {
    if (this.running && !this.running.session.isClosed) {
      const state = await this.running.container.inspect();
      if (state?.running) return false;
    }
    await this.start();
    return true;
  }

  /** One that may be called as often as one likes, with arguments that its manifest shows. */
  harmlessCall(): { tool: string; arguments: Record<string, unknown> } | undefined {
    const calls = this.block.trial?.calls ?? [];
    const reads = calls.filter(
      ({ tool, expect }) =>
        expect.match !== 'isError' &&
        this.tools.some(({ name, right }) => name === tool && right?.effect === 'read' && !right.egress),
    );
    return reads[0];
  }
}
