import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../shared/clock';
import { asFolderProblem, ensureRoom, syncFolderOf } from './disk';
import { EngineUnavailable } from './engine-unavailable';
import type { HubAddress } from './model-hub';
import { PartFile } from './part-file';
import type { ProgressSlot } from './progress-board';
import { TransferRate } from './transfer-rate';
import { asWebFailure, refusal, WebFailure } from './web-failure';
import type { WebAnswer, WebReader } from './web-reader';

/** So much fetched since the last failure means that the line works, and the failures before it are forgotten. */
const GOOD_RUN_BYTES = 8 * 1024 * 1024;
const TRIES = 4;
/** Where not even a connection comes about, more than one repeat only makes people wait. */
const TRIES_UNREACHABLE = 2;

export interface Wanted {
  from: HubAddress;
  /** Where it will stand once it is complete and checked. */
  target: string;
  sha256: string;
  sizeBytes: number;
  /** As people are told. */
  label: string;
}

/** Fetches one file, resuming what an interruption left, and moves it into place only when its SHA-256 is right. */
export class FileDownload {
  constructor(
    private readonly web: WebReader,
    private readonly clock: Clock,
    private readonly firstPauseMs = 1_000,
  ) {}

  /**
   * @param beforePublish runs when the file is whole and checked, just before it appears
   * @throws WebFailure when the source failed; EngineUnavailable for a wrong sum, twice; DataFolderProblem; the
   *   signal's reason once it aborts, with the part left for the next time
   */
  async run(
    wanted: Wanted,
    slot: ProgressSlot,
    signal: AbortSignal,
    beforePublish: () => Promise<void>,
  ): Promise<void> {
    const folder = dirname(wanted.target);
    const rate = new TransferRate(wanted.sizeBytes);
    let keep = true;
    let part: PartFile | undefined;
    try {
      rate.restart(this.clock.monotonic(), 0);
      slot.show(() => ({ step: 'checking', detail: `reading what is there of ${wanted.label}` }));
      part = await PartFile.take(wanted.target, wanted.sha256, { signal });
      await ensureRoom(folder, Math.max(0, wanted.sizeBytes - part.received), wanted.label);
      await this.fetchRight(part, wanted, { rate, slot, signal });
      await part.seal();
      await beforePublish();
      await rename(part.path, wanted.target);
      await syncFolderOf(wanted.target);
      keep = false;
    } catch (error) {
      signal.throwIfAborted();
      const problem = asFolderProblem(error, folder);
      // A full disk must not stay full for the sake of a file that cannot be finished.
      keep = !(problem && (error as NodeJS.ErrnoException).code === 'ENOSPC') && !(error instanceof WrongSum);
      throw problem ?? error;
    } finally {
      await (keep && part && part.received > 0 ? part.release() : part?.discard());
    }
  }

  private async fetchRight(part: PartFile, wanted: Wanted, going: Going): Promise<void> {
    const { label, sha256 } = wanted;
    let note = '';
    for (let round = 0; round < 2; round++) {
      const shown = note;
      going.slot.show(() => ({
        step: 'model',
        detail: `fetching ${label} from ${wanted.from.url.host}${shown}`,
        ...going.rate.figures(this.clock.monotonic()),
      }));
      await this.fill(part, wanted, going);
      if ((await part.finish()) === sha256) return;
      note = ', again: what came had a wrong checksum';
      await part.startAnew();
    }
    throw new WrongSum(
      `What ${wanted.from.url.host} gives for ${label} has a wrong checksum, twice`,
      'Check the proxy and HF_ENDPOINT, or set RDZEN_MODEL_FILE to a GGUF file of your own',
    );
  }

  private async fill(part: PartFile, wanted: Wanted, going: Going): Promise<void> {
    let failures = 0;
    while (part.received < wanted.sizeBytes) {
      const before = part.received;
      going.rate.restart(this.clock.monotonic(), before);
      try {
        await this.fetchOn(part, wanted, going);
        if (part.received < wanted.sizeBytes)
          throw new WebFailure(`${wanted.from.url.host} ended the file early`, {
            remedy: 'Try again',
            transient: true,
          });
      } catch (error) {
        going.signal.throwIfAborted();
        if (!(error instanceof WebFailure) || !error.options.transient) throw error;
        if (part.received - before >= GOOD_RUN_BYTES) failures = 0;
        failures++;
        if (failures >= (error.options.unreachable ? TRIES_UNREACHABLE : TRIES)) throw error;
        const pause = Math.max(this.firstPauseMs * 2 ** (failures - 1), error.options.retryAfterMs ?? 0);
        await this.clock.sleep(pause, going.signal);
      }
    }
  }

  private async fetchOn(part: PartFile, wanted: Wanted, { rate, signal }: Going): Promise<void> {
    const headers = {
      ...(part.received > 0 && { range: `bytes=${part.received}-` }),
      ...(part.received > 0 && part.etag !== undefined && { 'if-range': part.etag }),
    };
    const answer = await this.web.open({ ...wanted.from, headers, signal });
    const { body, host } = answer;
    try {
      await this.begin(part, wanted, answer);
      rate.restart(this.clock.monotonic(), part.received);
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (part.received + chunk.length > wanted.sizeBytes) throw longer(host);
        await part.append(chunk);
        rate.note(this.clock.monotonic(), part.received);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw asFolderProblem(error, dirname(part.path)) ? error : asWebFailure(error, host);
    } finally {
      body.on('error', () => undefined).destroy();
    }
  }

  /** Sees to it that the body of the answer goes on exactly where the part ends. */
  private async begin(part: PartFile, wanted: Wanted, answer: WebAnswer): Promise<void> {
    const { status, headers, host } = answer;
    const etag = strong(headers['etag']);
    const again = async (reason: string): Promise<never> => {
      await part.startAnew();
      throw new WebFailure(reason, { remedy: 'Try again', transient: true });
    };
    if (status === 206) {
      const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
      const changed = part.etag !== undefined && etag !== undefined && etag !== part.etag;
      const wrong = Number(from) !== part.received || (total !== '*' && Number(total) !== wanted.sizeBytes);
      if (changed || wrong) await again(`${host} has changed the file meanwhile`);
      return part.note(etag);
    }
    if (status === 416) await again(`${host} has not so many bytes`);
    if (status !== 200) throw refusal(status, host, headers['x-error-code'] ?? '', headers['retry-after']);
    if (part.received > 0) await part.startAnew();
    const length = headers['content-length'];
    if (
      length !== undefined &&
      headers['content-encoding'] === undefined &&
      Number(length) !== wanted.sizeBytes
    )
      throw new WebFailure(`${host} gives ${length} bytes where ${wanted.sizeBytes} are expected`, {
        remedy: 'Check the proxy and HF_ENDPOINT',
        transient: false,
      });
    await part.note(etag);
  }
}

interface Going {
  rate: TransferRate;
  slot: ProgressSlot;
  signal: AbortSignal;
}

class WrongSum extends EngineUnavailable {}

function longer(host: string): WebFailure {
  return new WebFailure(`${host} gives more bytes than the file has`, {
    remedy: 'Check the proxy and HF_ENDPOINT',
    transient: false,
  });
}

/** If-Range takes strong validators only. */
function strong(etag: string | undefined): string | undefined {
  return etag === undefined || etag.startsWith('W/') ? undefined : etag;
}
