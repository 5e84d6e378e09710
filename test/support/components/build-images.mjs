/**
 * Makes images of the test components on the engine of DOCKER_HOST (default: the usual socket), without pulling anything:
 * the base of test/rigs/docker, the program once on top of it, and for each behaviour labels and a Cmd of its own.
 *
 *   node test/support/components/build-images.mjs '[{"behaviour": "good", "label": "io.github.rdzen-tests/good"}]'
 *
 * Images are named by what they hold, so those that exist are kept. The last line on stdout is {behaviour: image}.
 * All carry the label rdzen.rig=true. Exit code 3: cannot be had here; stderr says what helps.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digest, nodeBase, present, RIG_LABEL } from '../../rigs/docker/images.mjs';
import { run, say, Unavailable } from '../../rigs/docker/process.mjs';

const EXIT_UNAVAILABLE = 3;
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const PARTS = ['component.mjs', 'server', 'behaviours'];
const env = process.env;

async function programImage() {
  const base = await nodeBase(env);
  const recipe = [
    `FROM ${base}`,
    'COPY component /component/',
    `LABEL ${RIG_LABEL}`,
    'ENV COMPONENT_IN_CONTAINER=1',
    'WORKDIR /component',
    'USER 10001:10001',
    'ENTRYPOINT ["node", "/component/component.mjs"]',
    '',
  ].join('\n');
  const tag = `rdzen-test/component:${digest([recipe, ...(await contents())])}`;
  if (await present(tag, env)) return tag;
  say(`making ${tag}`);
  const context = await mkdtemp(join(tmpdir(), 'rdzen-component-'));
  try {
    for (const part of PARTS)
      await cp(join(FOLDER, part), join(context, 'component', part), { recursive: true });
    await writeFile(join(context, 'Dockerfile'), recipe);
    await run('docker', ['build', '--quiet', '--tag', tag, context], { env });
    return tag;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Names and texts of all files, in an order of their own. */
async function contents() {
  const names = await readdir(FOLDER, { recursive: true });
  const files = names.filter((name) => name.endsWith('.mjs') && PARTS.includes(name.split('/')[0])).sort();
  return Promise.all(files.flatMap((name) => [name, readFile(join(FOLDER, name))]));
}

/**
 * Each differs from the program's image in labels, Cmd and a volume alone. Committing a container that never ran takes a tenth of
 * the time of a build.
 *
 * @param {{behaviour: string, label: string, volume?: string}[]} wanted
 */
async function build(wanted) {
  const program = await programImage();
  const images = {};
  let idle;
  try {
    for (const { behaviour, label, volume } of wanted) {
      const labels = {
        'io.modelcontextprotocol.server.name': label,
        'org.opencontainers.image.title': `Test: ${behaviour}`,
        'org.opencontainers.image.version': '1.0.0',
        'org.opencontainers.image.licenses': 'MIT',
      };
      const words = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      const changes = [`LABEL ${words.join(' ')}`, `CMD ${JSON.stringify([behaviour])}`];
      if (volume) changes.push(`VOLUME ${JSON.stringify([volume])}`);
      const tag = `rdzen-test/component-${behaviour}:${digest([program, ...changes])}`;
      images[behaviour] = tag;
      if (await present(tag, env)) continue;
      say(`making ${tag}`);
      idle ??= await run('docker', ['create', '--network', 'none', program], { env });
      const flags = changes.flatMap((change) => ['--change', change]);
      await run('docker', ['commit', ...flags, idle, tag], { env });
    }
    return images;
  } finally {
    if (idle) await run('docker', ['rm', idle], { env });
  }
}

try {
  process.stdout.write(`${JSON.stringify(await build(JSON.parse(process.argv[2])))}\n`);
} catch (error) {
  say(error.message.replaceAll('\n', ' '));
  process.exitCode = error instanceof Unavailable ? EXIT_UNAVAILABLE : 1;
}
