import { Injectable, Logger } from '@nestjs/common';
import { configuredCoreIds, externalCoreUrl } from '../config/load-settings';
import { Settings } from '../config/settings';
import { ContainerEngine, type ContainerSpec } from '../containers/container-engine';
import { OllamaApi, type InstalledModel } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { Clock } from '../shared/clock';
import { chooseModel, fits } from './choose-model';
import type { CoreDefinition } from './core.types';
import { ModelProfile } from './model-profile';

const OLLAMA_UP_MS = 5_000;
const LOOK_EVERY_MS = 50;
const DEFAULT_MODEL = 'llama3.2';

/** What the machine offers; told by the composition, which may look at it. */
export interface Machine {
  /** Path of the `ollama` program, if there is one. */
  ollama?: string;
  cpus: number;
  freeMemoryBytes: number;
  freePort(): Promise<number>;
}

export interface LaunchedCores {
  definitions: CoreDefinition[];
  profile: ModelProfile;
  /** The model is nowhere on this machine and has to be fetched first. */
  missingModel: boolean;
}

/** Decides what each core is, starts the embedded ones, and settles on the model they share. */
@Injectable()
export class CoreLauncher {
  private readonly logger = new Logger(CoreLauncher.name);

  constructor(
    private readonly settings: Settings,
    private readonly engine: ContainerEngine,
    private readonly ollama: OllamaApi,
    private readonly clock: Clock,
  ) {}

  async launch(machine: Machine): Promise<LaunchedCores> {
    const ids = configuredCoreIds(this.settings);
    const embedded = ids.filter((id) => !externalCoreUrl(this.settings, id));
    const kind = this.embeddedKind(machine);
    const definitions: CoreDefinition[] = [];
    for (const id of ids) {
      const external = externalCoreUrl(this.settings, id);
      const slots = this.settings.RDZEN_CORE_SLOTS;
      definitions.push(
        external
          ? { id, kind: 'external', url: external, host: new URL(external).hostname, slots }
          : {
              id,
              kind,
              url: `http://127.0.0.1:${await machine.freePort()}`,
              container: `core${id}`,
              host: 'this machine',
              slots,
            },
      );
    }
    await Promise.all(
      definitions.filter(({ container }) => container).map((core) => this.engine.start(this.spec(core))),
    );
    const own = definitions.find((core) => core.container && core.kind === 'ollama');
    const installed = own ? await this.installedModels(own.url) : [];
    return this.settle(definitions, installed, embedded.length, machine);
  }

  private embeddedKind({ ollama }: Machine): 'ollama' | 'scripted' {
    const wanted = this.settings.RDZEN_CORE;
    return wanted === 'scripted' || (wanted === 'auto' && !ollama) ? 'scripted' : 'ollama';
  }

  private spec({ id, kind, url, container, slots }: CoreDefinition): ContainerSpec {
    const { host, port } = new URL(url);
    const name = container ?? `core${id}`;
    const common = {
      name,
      restart: 'always' as const,
      labels: { 'rdzen.role': 'core', 'rdzen.core': String(id) },
    };
    if (kind === 'ollama') {
      const models: Record<string, string> = this.settings.OLLAMA_MODELS
        ? { OLLAMA_MODELS: this.settings.OLLAMA_MODELS }
        : {};
      // The person's own model folder is shared by all cores: none of them may tidy it up.
      const env = {
        ...models,
        OLLAMA_HOST: host,
        OLLAMA_NOPRUNE: '1',
        OLLAMA_KEEP_ALIVE: '-1',
        OLLAMA_NUM_PARALLEL: String(slots),
      };
      return { ...common, image: 'ollama', env };
    }
    const env = {
      PORT: port,
      HOST: '127.0.0.1',
      CORE_NAME: name,
      CORE_BRAIN: 'scripted',
      CORE_MODEL: this.settings.RDZEN_MODEL ?? 'scripted',
    };
    return { ...common, image: 'core', env };
  }

  private settle(
    definitions: CoreDefinition[],
    installed: readonly InstalledModel[],
    copies: number,
    machine: Machine,
  ): LaunchedCores {
    const { RDZEN_MODEL, RDZEN_NUM_CTX, RDZEN_NUM_PREDICT, RDZEN_TEMPERATURE, RDZEN_NUM_THREAD } =
      this.settings;
    const withOllama = definitions.some(({ kind }) => kind === 'ollama');
    const onlyScripted = definitions.every(({ kind }) => kind === 'scripted');
    const choice = RDZEN_MODEL ? undefined : chooseModel(installed, machine.freeMemoryBytes, copies);
    const model = RDZEN_MODEL ?? choice?.name ?? (onlyScripted ? 'scripted' : DEFAULT_MODEL);
    const named = installed.find(({ name }) => name === model || name === `${model}:latest`);
    const warmStandby = !withOllama || !named || fits(named.sizeBytes, machine.freeMemoryBytes, copies);
    if (!warmStandby)
      this.logger.warn(
        `Memory holds ${model} only once: the standby stays cold and has to load it when it takes over`,
      );
    // Cores that share processors and spin while they wait bring each other to a standstill unless the threads are shared out.
    const threads =
      RDZEN_NUM_THREAD ??
      (copies > 1 && withOllama ? Math.max(1, Math.floor(machine.cpus / copies)) : undefined);
    const options = {
      num_ctx: RDZEN_NUM_CTX,
      num_predict: RDZEN_NUM_PREDICT,
      ...(threads === undefined ? {} : { num_thread: threads }),
      ...(RDZEN_TEMPERATURE === undefined ? {} : { temperature: RDZEN_TEMPERATURE }),
    };
    const missingModel = withOllama && !named;
    return { definitions, profile: new ModelProfile(model, options, warmStandby), missingModel };
  }

  private async installedModels(url: string): Promise<InstalledModel[]> {
    const until = this.clock.monotonic() + OLLAMA_UP_MS;
    for (;;) {
      try {
        return await this.ollama.tags(url, { timeoutMs: 1_000 });
      } catch (error) {
        if (!(error instanceof OllamaError)) throw error;
        if (this.clock.monotonic() > until) {
          this.logger.warn(`Ollama did not tell its models in ${OLLAMA_UP_MS / 1000} s: ${error.message}`);
          return [];
        }
        await this.clock.sleep(LOOK_EVERY_MS);
      }
    }
  }
}
