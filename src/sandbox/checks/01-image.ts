import { posix } from 'node:path';
import { type Check, failed, passed, warned } from './check';

const NAME_LABEL = 'io.modelcontextprotocol.server.name';
/** Of a core: it brings the libraries of graphics cards. */
const MOST_BYTES = { 'mcp-tool': 2 ** 30, service: 2 ** 30, core: 8 * 2 ** 30 };
/** As images name them, and as engines do. */
const ARCHITECTURES: Record<string, string> = { amd64: 'x86_64', arm64: 'aarch64' };

/**
 * The image as it came: the one that was named, of the component that it says it is, for this machine, not too large, and
 * without a place to write that nobody has approved.
 */
export const image: Check = {
  number: 1,
  id: 'image',
  ask: async (scene) => {
    const { subject, containers, engine } = scene;
    const found = await containers.image(subject.image);
    if (!found) return failed('the engine has no such image');
    scene.found = found;
    const digest = scene.block.digest ?? '';
    if (!found.digests.some((one) => one.endsWith(`@${digest}`)))
      return failed(`the image that was pulled has not the digest ${digest.slice(0, 19)}...`, found.digests);
    const label = found.labels[NAME_LABEL];
    if (label !== subject.manifest.name)
      return failed(
        label === undefined
          ? `its label ${NAME_LABEL} is missing`
          : `its label says that it is ${label}, and not ${subject.manifest.name}`,
      );
    if ((ARCHITECTURES[found.architecture] ?? found.architecture) !== engine.architecture)
      return failed(`it is made for ${found.architecture}; this machine is ${engine.architecture}`);
    const megabytes = Math.round(found.bytes / 1e6);
    const most = MOST_BYTES[scene.block.kind];
    if (found.bytes > most) return failed(`it has ${megabytes} MB; at most ${most / 2 ** 20} MiB`);
    const state = scene.block.permissions?.filesystem?.state?.path;
    const unbounded = found.volumes.filter((path) => folder(path) !== (state && folder(state)));
    if (unbounded.length > 0)
      return failed(
        `its image declares the volume ${unbounded.slice(0, 3).join(', ')}, where it could write without a limit whatever its rights say; have it in permissions.filesystem.state, or build it without`,
        unbounded,
      );
    const root = ['', '0', 'root'].includes(found.user.split(':')[0] ?? '');
    if (root) return warned(`${megabytes} MB; made to run as root, and run as user 10001 all the same`);
    return passed(`${megabytes} MB, for ${found.architecture}, as user ${found.user}`);
  },
};

function folder(path: string): string {
  return posix.normalize(`${path}/`);
}
