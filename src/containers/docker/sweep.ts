import type { DockerClient } from './docker-client';
import { EXPIRES, type Maker, MANAGED, OWNER, RUN } from './labels';

/** What others made expires for us too, so late that its own maker must be gone. */
const FOREIGN_GRACE_S = 3_600;

type Labels = Record<string, string> | undefined;

/**
 * Removes containers, networks and volumes that earlier lives of this owner left, and those whose time is over. Labels
 * tell; what has none of ours is never touched, nor are containers that others made and only marked as managed.
 *
 * @param now epoch ms
 * @returns how many were removed
 */
export async function sweep(client: Sweeper, maker: Maker, now: number): Promise<number> {
  const { api } = client;
  const over = (labels: Labels): boolean => isOver(labels ?? {}, maker, now / 1000);
  const filters = JSON.stringify({ label: [`${MANAGED}=true`, OWNER] });
  const asked = (subject: string): { verb: string; subject: string } => ({ verb: 'sweep', subject });
  let removed = 0;
  const remove = async (
    subject: string,
    work: (abortSignal: AbortSignal) => Promise<unknown>,
  ): Promise<void> => {
    // One that is gone already, or still in use, is left to the next sweep.
    const done = await client.call(asked(subject), work).then(
      () => true,
      () => false,
    );
    if (done) removed++;
  };
  const containers = await client.call(asked('containers'), (abortSignal) =>
    api.listContainers({ all: true, filters, abortSignal }),
  );
  for (const { Id, Labels } of containers)
    if (over(Labels))
      await remove(`container ${Id}`, (abortSignal) =>
        api.getContainer(Id).remove({ force: true, v: true, abortSignal }),
      );
  const networks = await client.call(asked('networks'), (abortSignal) =>
    api.listNetworks({ filters, abortSignal }),
  );
  for (const { Id, Labels } of networks)
    if (over(Labels))
      await remove(`network ${Id}`, (abortSignal) => api.getNetwork(Id).remove({ abortSignal }));
  const { Volumes } = await client.call(asked('volumes'), (abortSignal) =>
    api.listVolumes({ filters, abortSignal }),
  );
  for (const { Name, Labels } of Volumes)
    if (over(Labels))
      await remove(`volume ${Name}`, (abortSignal) => api.getVolume(Name).remove({ abortSignal }));
  return removed;
}

type Sweeper = Pick<DockerClient, 'api' | 'call'>;

function isOver(labels: Record<string, string>, { owner, run }: Maker, nowSeconds: number): boolean {
  const expires = Number(labels[EXPIRES] ?? Number.POSITIVE_INFINITY);
  if (labels[OWNER] !== owner) return expires + FOREIGN_GRACE_S < nowSeconds;
  // What lasts carries no run.
  return expires < nowSeconds || (labels[RUN] !== undefined && labels[RUN] !== run);
}
