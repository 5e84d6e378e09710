import { Injectable, Logger } from '@nestjs/common';
import { configuredCoreIds, coreContainer, coreModelFolder, externalCoreUrl } from '../config/load-settings';
import { Settings } from '../config/settings';
import { ContainerEngine, type ContainerSpec } from '../containers/container-engine';
import { OllamaApi, type InstalledModel } from '../ollama/ollama-api';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { chatModels, chooseModel, fits } from './choose-model';
import { hostOf, THIS_MACHINE } from './core-launcher-host';
import { CoreInventory, type Inventory } from './core-launcher-inventory';
import { type BuiltIn, engineSpec, ollamaSpec, scriptedSpec } from './core-launcher-specs';
import type { CoreDefinition, CoreKind } from './core.types';
import { ModelProfile } from './model-profile';

const DEFAULT_MODEL = 'llama3.2';

/** What the machine offers; told by the composition, which may look at it. */
export interface Machine {
  /** Path of the `ollama` program, if there is one. */
  ollama?: string;
  /** The built-in engine, where it can be had and is wanted. */
  builtIn?: BuiltIn;
  cpus: number;
  freeMemoryBytes: number;
  /** Folder of the models of our own Ollama. */
  modelFolder?: string;
  /** Addresses of its network interfaces, and its names. */
  ownAddresses: readonly string[];
  freePort(): Promise<number>;
}

export interface LaunchedCores {
  definitions: CoreDefinition[];
  profile: ModelProfile;
  /** The built-in engine, where cores run on it. */
  builtIn?: BuiltIn;
  /**
   * Cores that say they lack the model, which has to be brought there first: one for all that share a folder of models.
   * Those that did not say anything are not among them.
   */
  lacking: number[];
}

/** Decides what each core is, starts the embedded ones, and settles on the model they share. */
@Injectable()
export class CoreLauncher {
  private readonly logger = new Logger(CoreLauncher.name);
  private readonly inventory: CoreInventory;

  constructor(
    private readonly settings: Settings,
    private readonly engine: ContainerEngine,
    ollama: OllamaApi,
    clock: Clock,
  ) {
    this.inventory = new CoreInventory(ollama, clock);
  }

  /**
   * @param stopped cores that an administrator stopped: they are made ready to be started, and not started.
   * @throws RdzenError SETTING_INVALID where the external cores have no model in common and none is named.
   */
  async launch(machine: Machine, stopped: ReadonlySet<number> = new Set()): Promise<LaunchedCores> {
    const definitions = await this.define(machine);
    const startAll = async (
      kind: CoreKind,
      specOf: (core: CoreDefinition) => ContainerSpec,
    ): Promise<void> => {
      const ours = definitions.filter((core) => core.kind === kind);
      await Promise.all(ours.map((core) => this.startUnless(stopped.has(core.id), specOf(core))));
    };
    await startAll('ollama', (core) => ollamaSpec(core, this.settings));
    const toAsk = this.toAsk(definitions.filter(({ id, kind }) => kind === 'external' || !stopped.has(id)));
    const inventories = await Promise.all(toAsk.map((core) => this.inventory.ask(core)));
    const launched = this.settle(definitions, inventories, machine);
    const { profile, builtIn } = launched;
    const threads = profile.options.num_thread ?? machine.cpus;
    if (builtIn) await startAll('engine', (core) => engineSpec(core, builtIn, threads));
    // A stand-in serves the model of the others, so it has to wait until that is known.
    await startAll('scripted', (core) => scriptedSpec(core, profile.model));
    return launched;
  }

  private async define(machine: Machine): Promise<CoreDefinition[]> {
    const kind = this.embeddedKind(machine);
    // The built-in engine writes one answer at a time.
    const slots = kind === 'engine' ? 1 : this.settings.RDZEN_CORE_SLOTS;
    const definitions: CoreDefinition[] = [];
    for (const id of configuredCoreIds(this.settings)) {
      const external = externalCoreUrl(this.settings, id);
      if (external) {
        definitions.push(this.external(id, external, machine));
        continue;
      }
      const url = `http://127.0.0.1:${await machine.freePort()}`;
      const own = kind === 'ollama' && machine.modelFolder ? { modelFolder: machine.modelFolder } : {};
      definitions.push({ id, kind, url, container: `core${id}`, host: THIS_MACHINE, slots, ...own });
    }
    return definitions;
  }

  private external(id: number, url: string, { ownAddresses }: Machine): CoreDefinition {
    const container = coreContainer(this.settings, id);
    const modelFolder = coreModelFolder(this.settings, id);
    const provisioned = container !== undefined || this.settings.RDZEN_PROFILE === 'docker';
    return {
      id,
      kind: 'external',
      url,
      // Containers of one engine compute with the same processors, whatever they are called.
      host: container === undefined ? hostOf(url, ownAddresses) : THIS_MACHINE,
      slots: this.settings.RDZEN_CORE_SLOTS,
      ...(container === undefined ? {} : { container }),
      ...(modelFolder === undefined ? {} : { modelFolder }),
      ...(provisioned ? { provisioned } : {}),
    };
  }

  private async startUnless(stopped: boolean, spec: ContainerSpec): Promise<void> {
    if (!stopped) {
      await this.engine.start(spec);
      return;
    }
    await this.engine.create(spec);
    this.logger.warn(`${spec.name} stays stopped, as an administrator wants it; only one starts it again`);
  }

  /** Our own cores share one folder of models, so one tells for all; the others are asked where the model is open. */
  private toAsk(definitions: readonly CoreDefinition[]): CoreDefinition[] {
    const own = definitions.filter(({ kind }) => kind === 'ollama').slice(0, 1);
    const external = definitions.filter(({ kind }) => kind === 'external');
    const asked = this.settings.RDZEN_MODEL ? external.filter(({ provisioned }) => provisioned) : external;
    return [...own, ...asked];
  }

  private embeddedKind({ ollama, builtIn }: Machine): 'ollama' | 'engine' | 'scripted' {
    const wanted = this.settings.RDZEN_CORE;
    if (wanted === 'ollama' || (wanted === 'auto' && ollama)) return 'ollama';
    return wanted !== 'scripted' && builtIn ? 'engine' : 'scripted';
  }

  private settle(
    definitions: CoreDefinition[],
    inventories: readonly Inventory[],
    machine: Machine,
  ): LaunchedCores {
    const { RDZEN_NUM_CTX, RDZEN_NUM_PREDICT, RDZEN_TEMPERATURE } = this.settings;
    const builtIn = definitions.some(({ kind }) => kind === 'engine') ? machine.builtIn : undefined;
    const model = builtIn?.modelName ?? this.model(definitions, inventories);
    const copies = sharing(definitions, THIS_MACHINE);
    const told = inventories.filter(({ core: { kind, provisioned } }) => kind === 'ollama' || provisioned);
    const copyOf = ({ models }: Inventory): InstalledModel | undefined =>
      models?.find(({ name }) => name === model || name === `${model}:latest`);
    const named = told.map(copyOf).find((copy) => copy !== undefined);
    // Judged only by a size that our own Ollama told; an external one may have the model in memory already.
    const sizeBytes = named?.sizeBytes ?? builtIn?.sizeBytes;
    const warmStandby = !sizeBytes || fits(sizeBytes, machine.freeMemoryBytes, copies);
    if (!warmStandby)
      this.logger.warn(
        `Memory holds ${model} only once: the standby stays cold and has to load it when it takes over`,
      );
    const threads = this.threads(definitions, copies, machine.cpus);
    const options = {
      num_ctx: RDZEN_NUM_CTX,
      num_predict: RDZEN_NUM_PREDICT,
      ...(threads === undefined ? {} : { num_thread: threads }),
      ...(RDZEN_TEMPERATURE === undefined ? {} : { temperature: RDZEN_TEMPERATURE }),
    };
    const lacking = told.filter((each) => each.models && !copyOf(each)).map(({ core: { id } }) => id);
    const profile = new ModelProfile(model, options, warmStandby);
    return { definitions, profile, lacking, ...(builtIn && { builtIn }) };
  }

  private model(definitions: readonly CoreDefinition[], inventories: readonly Inventory[]): string {
    if (this.settings.RDZEN_MODEL) return this.settings.RDZEN_MODEL;
    if (definitions.every(({ kind }) => kind === 'scripted')) return 'scripted';
    const answered = inventories.filter(({ models }) => models);
    const external = answered.filter(({ core }) => core.kind === 'external');
    // Our own Ollama can fetch what the external ones have; they cannot be made to fetch anything.
    const model = chooseModel(answered.map(modelsOf)) ?? chooseModel(external.map(modelsOf));
    const wontFetch = external.some(({ core: { provisioned } }) => !provisioned);
    if (!model && wontFetch) {
      const lists = answered.map((inventory) => {
        const names = chatModels(modelsOf(inventory)).map(({ name }) => name);
        return `core ${inventory.core.id} has ${names.join(', ') || 'none'}`;
      });
      throw new RdzenError(
        'SETTING_INVALID',
        `Settings: RDZEN_MODEL is not set, and no chat model is installed on all cores: ${lists.join('; ')}. Set RDZEN_MODEL, and fetch that model where it is missing: ollama pull.`,
      );
    }
    const settled = model ?? DEFAULT_MODEL;
    const silent = inventories.filter(({ models }) => !models).map(({ core }) => core.id);
    if (silent.length > 0)
      this.logger.warn(
        `The model is ${settled}, settled without core ${silent.join(' and ')}. Set RDZEN_MODEL if it should be another`,
      );
    return settled;
  }

  /** Cores that share processors and spin while they wait bring each other to a standstill unless the threads are shared out. */
  private threads(definitions: readonly CoreDefinition[], copies: number, cpus: number): number | undefined {
    const wanted = this.settings.RDZEN_NUM_THREAD;
    const share = Math.max(1, Math.floor(cpus / Math.max(1, copies)));
    // It spins while it waits: threads beyond the processors make it fifty times slower, so here nobody's wish counts.
    if (definitions.some(({ kind }) => kind === 'engine')) return Math.min(wanted ?? share, share);
    if (wanted !== undefined) return wanted;
    const foreign = new Set(definitions.map(({ host }) => host).filter((host) => host !== THIS_MACHINE));
    const crowded = [...foreign].filter((host) => sharing(definitions, host) > 1);
    if (crowded.length > 0)
      this.logger.warn(
        `Several cores share the processors of ${crowded.join(' and ')}, whose number is unknown here. Set RDZEN_NUM_THREAD to its processors divided by its cores, or two busy cores bring each other to a standstill`,
      );
    return copies > 1 ? share : undefined;
  }
}

/** Cores on this host that compute. */
function sharing(definitions: readonly CoreDefinition[], host: string): number {
  return definitions.filter((core) => core.host === host && core.kind !== 'scripted').length;
}

function modelsOf({ models = [] }: Inventory): InstalledModel[] {
  return models;
}
