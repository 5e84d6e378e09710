import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer, run, say, Unavailable } from './process.mjs';

const VERSION = 'v2.40.3';

/**
 * Compose v2 as `docker compose`: the person's where there is one, else built from its Go module into a folder of
 * ours; the person's own ~/.docker is left alone.
 *
 * @returns {Promise<string | undefined>} DOCKER_CONFIG for it; undefined: the person's own does.
 */
export async function provideCompose(cache) {
  const own = await answer('docker', ['compose', 'version', '--short']);
  if (own && /^v?(2\.(2[4-9]|[3-9]\d)|[3-9])\.?/.test(own)) return undefined;
  const config = join(cache, `compose-${VERSION}`);
  const program = join(config, 'cli-plugins', 'docker-compose');
  if (!(await exists(program))) await build(cache, program);
  return config;
}

async function build(cache, program) {
  const version = (await answer('go', ['version'])) ?? '';
  if (!/go1\.(2[4-9]|[3-9]\d)/.test(version))
    throw new Unavailable('there is no docker compose v2.24 or newer, and no Go 1.24 to build it with');
  say(`building docker compose ${VERSION} from its Go module (about 2 minutes)`);
  const folder = await mkdtemp(join(cache, 'compose-build-'));
  try {
    // `go install module@version` refuses a module with exclude directives; a module of ours may depend on it.
    await writeFile(join(folder, 'go.mod'), 'module rig\n\ngo 1.24\n');
    const options = { cwd: folder, env: { ...process.env, GOFLAGS: '-mod=mod' } };
    const source = 'github.com/docker/compose/v2';
    await run('go', ['get', `${source}/cmd@${VERSION}`], options);
    const flags = `-s -w -X ${source}/internal.Version=${VERSION}`;
    await run('go', ['build', '-ldflags', flags, '-o', 'docker-compose', `${source}/cmd`], options);
    await mkdir(join(program, '..'), { recursive: true });
    await rename(join(folder, 'docker-compose'), program);
  } catch (error) {
    throw new Unavailable(`docker compose could not be built: ${error.message}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
