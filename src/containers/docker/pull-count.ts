import type { PullProgress } from '../container-images';

/** One line of the reply to `POST /images/create`. Source: Docker Engine API, `JSONMessage`. */
export interface PullLine {
  status?: string;
  /** Of the layer. */
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

/** Adds up what the engine tells of single layers. Only the download counts: unpacking goes over the same bytes again. */
export class PullCount {
  private readonly layers = new Map<string, { done: number; total: number }>();

  take({ status = '', id = '', progressDetail }: PullLine): PullProgress {
    const known = this.layers.get(id);
    const { current = 0, total = 0 } = progressDetail ?? {};
    if (status === 'Downloading' && total > 0) this.layers.set(id, { done: Math.min(current, total), total });
    if (known && (status === 'Download complete' || status === 'Pull complete')) known.done = known.total;
    const layers = [...this.layers.values()];
    return {
      status,
      doneBytes: layers.reduce((sum, { done }) => sum + done, 0),
      totalBytes: layers.reduce((sum, layer) => sum + layer.total, 0),
    };
  }
}
