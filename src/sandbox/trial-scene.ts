import type { RunnableManifest } from '../component-registry/manifest/complete-manifest';
import { blockOf, DEFAULT_RESOURCES, type ToolRight } from '../component-registry/manifest/manifest';
import type { ComponentContainers, ComponentImage, SandboxEngine } from '../containers/component-containers';
import type { ListedTool } from '../mcp/mcp-session';
import { SchemaJudge } from '../mcp/schema-judge';
import type { Clock } from '../shared/clock';
import type { ServerTransport } from '../mcp/server-transport';
import {
  type ComponentDidNotStart,
  type ComponentRuntime,
  limitsOf,
  type RunningComponent,
} from '../tools/component-runtime';
import type { SandboxModel } from './sandbox-model';
import { ResourceWatch } from './resource-watch';

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
  tools: KnownTool[] = [];
  startToToolsMs?: number;
  latency?: { calls: number; p50: number; p95: number };
  egressAttempts?: number;
  modelFit?: { model: string; right: number; of: number };
  readonly watch: ResourceWatch;
  readonly schemas: SchemaJudge;
  private readonly made: RunningComponent[] = [];
  /** Ends of output of those that are gone. */
  private readonly logs: string[] = [];

  constructor(
    readonly subject: TrialSubject,
    readonly engine: SandboxEngine,
    readonly containers: ComponentContainers,
    private readonly runtime: ComponentRuntime,
    readonly clock: Clock,
    readonly signal: AbortSignal,
    private readonly withinMs: number,
    private readonly more: { model?: SandboxModel; endsAt?: number } = {},
  ) {
    this.watch = new ResourceWatch(clock, this.limits);
    this.schemas = new SchemaJudge(clock);
  }

  /** Asked which tool it would choose; none where the trial has none. */
  get model(): SandboxModel | undefined {
    return this.more.model;
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
    return [...this.logs, this.running?.session.transport.logTail ?? ''].join('\n').slice(-4_096);
  }

  /** A fresh container in place of the one before. */
  async start(): Promise<RunningComponent> {
    await this.end();
    const running = await this.another();
    this.running = running;
    await this.watch.begin(running.container);
    return running;
  }

  /** Beside the one that runs. */
  async another(): Promise<RunningComponent> {
    this.signal.throwIfAborted();
    const { manifest, image, trialId } = this.subject;
    const purpose = {
      word: 'trial',
      labels: { 'rdzen.trial': trialId },
      lifetimeMs: this.withinMs + LIFETIME_SLACK_MS,
    };
    const { state, files } = this.volumes;
    const running = await this.runtime.start(manifest, image, purpose, state, undefined, files);
    this.made.push(running);
    return running;
  }

  /** All its containers have them together. */
  private get volumes(): {
    state?: { volume: string; fleeting: true };
    files?: { volume: string; files: Record<string, string> };
  } {
    const { permissions, trial } = this.block;
    const name = `rdzen-trial-${this.subject.trialId.toLowerCase()}`;
    const { fixtures = {} } = trial ?? {};
    return {
      ...(permissions?.filesystem?.state ? { state: { volume: `${name}-state`, fleeting: true } } : {}),
      ...(Object.keys(fixtures).length > 0 ? { files: { volume: `${name}-files`, files: fixtures } } : {}),
    };
  }

  /** Hosts that one of its containers wanted to reach, and how often it was refused; undefined where it had no network. */
  get refused(): { targets: string[]; times: number } | undefined {
    const behind = this.made.flatMap(({ egress: one }) => (one ? [one] : []));
    if (behind.length === 0) return undefined;
    return {
      targets: [...new Set(behind.flatMap(({ denials }) => denials.map(({ target }) => target)))],
      times: behind.reduce((sum, { denied }) => sum + denied, 0),
    };
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

  /** Nothing of this trial is left after it. */
  async close(): Promise<void> {
    await this.watch.end();
    await this.schemas.close();
    for (const one of this.made) await one.close().catch(() => undefined);
    const { state, files } = this.volumes;
    // What cannot be removed now is left to the sweep.
    for (const one of [state, files])
      if (one) await this.containers.volumes.remove(one.volume).catch(() => undefined);
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
