import { FIXTURES_FOLDER } from '../../containers/component-containers';
import { type Check, notMeasured, passed, review, warned } from './check';

/** What the engine itself puts into a container with an init process. */
const OF_THE_ENGINE = [
  ...['/sbin', '/sbin/docker-init', '/dev', '/dev/console', '/proc', '/sys', '/etc', '/tmp'],
  // Where secrets are handed over.
  '/run',
];
const FULL = 0.9;

/** What it wrote: nothing outside its scratch folder, and that not to the brim. */
export const effects: Check = {
  number: 8,
  id: 'effects',
  ask: async (scene) => {
    const { running, watch, limits } = scene;
    if (!running) return notMeasured('it does not run');
    const { state } = scene.block.permissions?.filesystem ?? {};
    // The engine makes the folders at which it mounts something.
    const mounted = [FIXTURES_FOLDER, state?.path ?? ''].flatMap((path) =>
      path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')),
    );
    const changed = (await running.container.changes()).filter(
      (path) => !OF_THE_ENGINE.includes(path) && !mounted.includes(path),
    );
    if (changed.length > 0)
      return review(`it changed ${changed.length} files of its own image`, changed.slice(0, 10));
    await watch.now();
    const share = watch.peakScratchBytes / limits.scratchBytes;
    if (share >= FULL) return warned(`it filled its scratch folder (${limits.scratchBytes / 2 ** 20} MiB)`);
    const kilobytes = Math.round(watch.peakScratchBytes / 1024);
    return passed(
      kilobytes === 0 ? 'it wrote no file' : `it wrote nothing but ${kilobytes} KiB in its scratch folder`,
    );
  },
};
