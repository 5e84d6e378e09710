import { createRequire } from 'node:module';
import { Injectable, Optional } from '@nestjs/common';
import {
  blockOf,
  DEFAULT_RESOURCES,
  type Manifest,
  type Resources,
} from '../component-registry/manifest/manifest';
import {
  COMPONENT_USER,
  type ComponentContainer,
  ComponentContainers,
  type ComponentContainerSpec,
  type ComponentLimits,
} from '../containers/component-containers';
import { ComponentDoor, type Door } from '../containers/component-door';
import { ComponentNetworks, type EgressProxy } from '../containers/component-networks';
import type * as Http from '../mcp/http-transport';
import { McpFailure, McpSession } from '../mcp/mcp-session';
import type { ServerTransport } from '../mcp/server-transport';
import { StdioTransport } from '../mcp/stdio-transport';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { type Egress, speaksHttp, surroundingsOf } from './component-surroundings';

const loadLater = createRequire(__filename);
/** All that runs at once, whatever asks for it: a leak stops here and not when the machine does. */
export const MOST_COMPONENTS = 20;
const DEFAULT_SCRATCH_MIB = 16;
const MIB = 2 ** 20;
const STOP_GRACE_MS = 2_000;
/** What the engine's init process says where the program that takes secrets over is missing. Source: tini 0.19. */
const NO_SHELL = /exec \/bin\/sh failed/;

/** Containers of a component, by what they are for. */
export interface Purpose {
  /** Beginning of the container's name: letters, digits and dashes. */
  word: string;
  labels: Record<string, string>;
  lifetimeMs: number;
  /** Absent: none. */
  egress?: Egress;
  /** Ids of networks of services that it may use; it has no other network then. */
  services?: readonly string[];
}

/** What its container is given beside what its manifest says. */
export interface Making {
  /** What it keeps; at the path that its manifest says. */
  state?: { volume: string; fleeting?: boolean };
  env?: Record<string, string>;
  fixtures?: ComponentContainerSpec['fixtures'];
  network?: ComponentContainerSpec['network'];
}

/** Made, and not started. */
export interface MadeComponent {
  container: ComponentContainer;
  /** Whatever state it is in; once is enough. */
  remove(): Promise<void>;
}

/** A component that runs, and the conversation with it. */
export interface RunningComponent {
  container: ComponentContainer;
  session: McpSession;
  /** What it was let out to, and what it was refused; absent where it has no way to any network. */
  egress?: EgressProxy;
  /** Milliseconds from the create call to the end of the handshake. */
  startedInMs: number;
  /** In order, then by force, and nothing is left. Never throws for what is gone already. */
  close(): Promise<void>;
}

/** It was made and did not come to speak; what it left to read. */
export class ComponentDidNotStart extends Error {
  constructor(
    message: string,
    readonly kind: 'exited' | 'silent' | 'protocol' | 'state',
    readonly logTail: string,
    readonly exitCode?: number,
    readonly oomKilled = false,
  ) {
    super(message);
  }
}

/** Makes containers out of manifests, speaks to them, and leaves nothing behind. */
@Injectable()
export class ComponentRuntime {
  /** Made and not removed yet. */
  private open = 0;

  constructor(
    private readonly containers: ComponentContainers,
    private readonly clock: Clock,
    private readonly random: Random,
    @Optional() readonly networks?: ComponentNetworks,
    @Optional() readonly door?: ComponentDoor,
  ) {}

  /** Whether what needs a network can be run here. */
  async hasNetworks(): Promise<boolean> {
    return this.door !== undefined && (await this.networks?.ready()) === true;
  }

  /**
   * @param image `name@sha256:...` or an image id
   * @param state what it keeps; where it is fleeting, its folder is looked at before the start
   * @param env variables that it is given; where absent, what the manifest gives by itself and values that open nothing
   * @throws ComponentDidNotStart
   * @throws RdzenError TOO_MANY_COMPONENTS, HELPER_IMAGE_MISSING, HELPER_FAILED, ENGINE_*, IMAGE_MISSING
   */
  async start(
    manifest: Manifest,
    image: string,
    purpose: Purpose,
    state?: { volume: string; fleeting?: boolean },
    env: Record<string, string> = environment(manifest),
    fixtures?: ComponentContainerSpec['fixtures'],
  ): Promise<RunningComponent> {
    const { startTimeoutS } = { ...DEFAULT_RESOURCES, ...blockOf(manifest).resources };
    const began = this.clock.monotonic();
    this.refuseWhenFull();
    const around = await surroundingsOf(manifest, { egress: 'none', ...purpose }, this);
    const made = await this.make(manifest, image, purpose, {
      ...{ state, env: { ...env, ...around.env }, fixtures },
      ...(around.network ? { network: around.network } : {}),
    }).catch(async (error: unknown) => {
      await around.close();
      throw error;
    });
    const { container } = made;
    const remove = this.once(() => made.remove().finally(() => around.close()));
    try {
      const { session, door } = await this.speak(manifest, container, purpose, startTimeoutS * 1000);
      return {
        container,
        session,
        ...(around.egress ? { egress: around.egress } : {}),
        startedInMs: this.clock.monotonic() - began,
        close: async () => {
          await session.close();
          await door?.close();
          await remove();
        },
      };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /**
   * Its container. One whose data is fleeting is looked at first: whether it may write to its folder.
   *
   * @throws ComponentDidNotStart where it may not
   * @throws RdzenError TOO_MANY_COMPONENTS, ENGINE_*, IMAGE_MISSING
   */
  async make(
    manifest: Manifest,
    image: string,
    purpose: Purpose,
    { state, env = environment(manifest), fixtures, network }: Making,
  ): Promise<MadeComponent> {
    this.refuseWhenFull();
    const { resources, permissions } = blockOf(manifest);
    const path = permissions?.filesystem?.state?.path;
    this.open++;
    let container: ComponentContainer;
    try {
      container = await this.containers.create({
        name: `rdzen-${purpose.word}-${this.random.id(8).toLowerCase()}`,
        image,
        ...programArguments(manifest),
        ...parted(manifest, env),
        labels: { ...purpose.labels, 'rdzen.component': manifest.name, 'rdzen.version': manifest.version },
        limits: limitsOf(resources, permissions?.filesystem?.scratchMiB),
        ...(state && path ? { state: { ...state, path } } : {}),
        ...(fixtures ? { fixtures } : {}),
        ...(network ? { network } : {}),
        lifetimeMs: purpose.lifetimeMs,
      });
    } catch (error) {
      this.open--;
      throw error;
    }
    const remove = this.once(() => container.remove().finally(() => this.open--));
    try {
      if (state?.fleeting && path && !(await container.mayWriteTo(path))) throw notItsFolder(path);
      return { container, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  private refuseWhenFull(): void {
    if (this.open >= MOST_COMPONENTS)
      throw new RdzenError(
        'TOO_MANY_COMPONENTS',
        `${this.open} components run at once, and no more are started. Wait until some have ended, or remove components.`,
      );
  }

  private async speak(
    manifest: Manifest,
    container: ComponentContainer,
    { lifetimeMs }: Purpose,
    withinMs: number,
  ): Promise<{ session: McpSession; door?: Door }> {
    const stdio = await container.start();
    let door: Door | undefined;
    let transport: ServerTransport | undefined;
    try {
      if (!speaksHttp(manifest)) {
        transport = new StdioTransport(stdio, this.clock);
        return { session: await McpSession.connect(transport, withinMs) };
      }
      const began = this.clock.monotonic();
      const address = addressOf(manifest);
      door = await this.door?.open(container, address.port, lifetimeMs);
      const url = new URL(address.path, `http://${door?.host}:${door?.port}`);
      // With the first that speaks HTTP: the library behind it makes every start slower.
      const { HttpTransport, listens } = loadLater('../mcp/http-transport') as typeof Http;
      transport = new HttpTransport(url, stdio);
      if (!(await listens(url, this.clock, withinMs)))
        throw new McpFailure('timeout', `nothing listens on its port ${address.port}`);
      const leftMs = Math.max(1_000, withinMs - (this.clock.monotonic() - began));
      return { session: await McpSession.connect(transport, leftMs), ...(door ? { door } : {}) };
    } catch (error) {
      await door?.close();
      if (!(error instanceof McpFailure)) throw error;
      const state = await this.ended(container, error.kind === 'closed');
      const log = transport?.logTail ?? '';
      stdio.close();
      if (state && !state.running)
        throw new ComponentDidNotStart(
          NO_SHELL.test(log)
            ? 'its image has no /bin/sh, by which secrets are handed over as files, and they are given to no component in another way: pack it on a base that has a shell'
            : `it exited with code ${state.exitCode ?? 'unknown'} before it had answered`,
          'exited',
          log,
          state.exitCode,
          state.oomKilled,
        );
      if (error.kind === 'timeout')
        throw new ComponentDidNotStart(`it did not answer within ${withinMs / 1000} s`, 'silent', log);
      throw new ComponentDidNotStart(error.message, 'protocol', log);
    }
  }

  /** The engine hears of an end a moment after its output has ended. */
  private async ended(
    container: ComponentContainer,
    expected: boolean,
  ): ReturnType<ComponentContainer['inspect']> {
    for (let tries = 0; ; tries++) {
      const state = await container.inspect();
      if (!expected || !state?.running || tries >= 20) return state;
      await this.clock.sleep(100);
    }
  }

  private once(work: () => Promise<void>): () => Promise<void> {
    let running: Promise<void> | undefined;
    return () => (running ??= work());
  }
}

function notItsFolder(path: string): ComponentDidNotStart {
  return new ComponentDidNotStart(
    `its image has no folder ${path} that user ${COMPONENT_USER} may write to, and it is to keep its data there; make that folder in the image and give it to ${COMPONENT_USER}:${COMPONENT_USER}, as component pack --state does`,
    'state',
    '',
  );
}

/** In order; by force where it does not end in time. @returns whether it ended by itself, and after how long */
export async function endGently(
  { container, session }: RunningComponent,
  clock: Clock,
): Promise<{ byItself: boolean; ms: number }> {
  const began = clock.monotonic();
  await session.close();
  while (clock.monotonic() - began < 5_000) {
    const state = await container.inspect();
    if (!state?.running) return { byItself: true, ms: clock.monotonic() - began };
    if (clock.monotonic() - began > STOP_GRACE_MS) break;
    await clock.sleep(100);
  }
  await container.stop(STOP_GRACE_MS);
  const ms = clock.monotonic() - began;
  const state = await container.inspect();
  // 137: it took SIGKILL.
  return { byItself: state?.exitCode !== 137, ms };
}

export function limitsOf(
  resources: Resources | undefined,
  scratchMiB = DEFAULT_SCRATCH_MIB,
): ComponentLimits {
  const { memoryMiB, cpus, pids } = { ...DEFAULT_RESOURCES, ...resources };
  return { memoryBytes: memoryMiB * MIB, cpus, pids, scratchBytes: scratchMiB * MIB };
}

/** Where it listens, as its manifest says; of the address, only port and path are meant. */
function addressOf(manifest: Manifest): { port: number; path: string } {
  const { transport } = manifest.packages[0];
  const text = transport.type === 'streamable-http' ? transport.url : '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:')
    throw new ComponentDidNotStart(
      `its transport has no address like http://127.0.0.1:8080/mcp`,
      'protocol',
      '',
    );
  return { port: Number(url.port || 80), path: `${url.pathname}${url.search}` };
}

/** Appended to the image's own program. Source: MCP registry, `server.schema.json`, `packageArguments`. */
function programArguments(manifest: Manifest): { args?: string[] } {
  const args = (manifest.packages[0].packageArguments ?? []).flatMap((one) =>
    one.type === 'positional' ? [one.value] : one.value === undefined ? [one.name] : [one.name, one.value],
  );
  return args.length > 0 ? { args } : {};
}

/** What is secret goes another way than what anybody may read. */
function parted(
  manifest: Manifest,
  env: Record<string, string>,
): { env: Record<string, string>; secrets?: Record<string, string> } {
  const isSecret = new Set(
    (manifest.packages[0].environmentVariables ?? []).flatMap((one) => (one.isSecret ? [one.name] : [])),
  );
  const [open, secret] = [false, true].map((wanted) =>
    Object.fromEntries(Object.entries(env).filter(([name]) => isSecret.has(name) === wanted)),
  );
  return { env: open ?? {}, ...(secret && Object.keys(secret).length > 0 ? { secrets: secret } : {}) };
}

/** What the manifest gives by itself; a secret gets a value that opens nothing. */
function environment(manifest: Manifest): Record<string, string> {
  const given = manifest.packages[0].environmentVariables ?? [];
  return Object.fromEntries(
    given
      .filter((one) => one.default !== undefined || one.isRequired)
      .map((one) => [one.name, one.default ?? (one.isSecret ? 'dummy-value-of-a-trial' : 'dummy')]),
  );
}
