import { containerLabels, containerName, containerNetworks, isManaged, objectAt, textAt } from './facts';
import type { JsonObject } from './strict-json';

const MOST = 200;
const ASIDE = /\.old-[0-9a-f]{4,32}$/;

/**
 * How containers of ours looked the last time anybody asked, so that one that was removed can be made anew with what it
 * had and no more. In memory only: what was removed before the guard was started is not known here.
 */
export class LastSeen {
  private readonly known = new Map<string, JsonObject>();

  note(found: JsonObject): void {
    if (!isManaged(containerLabels(found)) || ASIDE.test(containerName(found))) return;
    const id = textAt(found, 'Id');
    const before = this.known.get(id);
    // The latest last, so that the first is the one to forget.
    this.known.delete(id);
    this.known.set(id, before ? withNetworksOf(found, before) : found);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST && oldest !== undefined) this.known.delete(oldest);
  }

  /** @param id in full */
  of(id: string): JsonObject | undefined {
    return this.known.get(id);
  }
}

/** One that was cut off from a network, and then removed, comes back to it. */
function withNetworksOf(found: JsonObject, before: JsonObject): JsonObject {
  const settings = objectAt(found, 'NetworkSettings');
  const Networks = { ...containerNetworks(before), ...containerNetworks(found) };
  return { ...found, NetworkSettings: { ...settings, Networks } };
}
