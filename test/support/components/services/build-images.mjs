/**
 * Makes the images of the service `store` and of `shop`, which uses it, without pulling anything; kept by what they hold.
 * The last line on stdout is {store: image, shop: image}. Exit code 3: cannot be had here; stderr says what helps.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digest, nodeBase, present, RIG_LABEL } from '../../../rigs/docker/images.mjs';
import { run, say, Unavailable } from '../../../rigs/docker/process.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SERVER = fileURLToPath(new URL('../server/', import.meta.url));
const env = process.env;

async function build(name) {
  const recipe = [
    `FROM ${await nodeBase(env)}`,
    'COPY --chown=10001:10001 data /data/store/',
    'COPY server /component/server/',
    `COPY ${name}.mjs /component/services/`,
    `LABEL ${RIG_LABEL} io.modelcontextprotocol.server.name=io.github.rdzen-tests/${name}`,
    'USER 10001:10001',
    `ENTRYPOINT ["node", "/component/services/${name}.mjs"]`,
    '',
  ].join('\n');
  const texts = [
    join(HERE, `${name}.mjs`),
    join(SERVER, 'mcp-server.mjs'),
    join(SERVER, 'argument-problems.mjs'),
  ];
  const tag = `rdzen-test/${name}:${digest([recipe, ...(await Promise.all(texts.map((one) => readFile(one))))])}`;
  if (await present(tag, env)) return tag;
  say(`making ${tag}`);
  const context = await mkdtemp(join(tmpdir(), 'rdzen-service-'));
  try {
    await mkdir(join(context, 'data'));
    await cp(SERVER, join(context, 'server'), { recursive: true });
    await cp(join(HERE, `${name}.mjs`), join(context, `${name}.mjs`));
    await writeFile(join(context, 'Dockerfile'), recipe);
    await run('docker', ['build', '--quiet', '--tag', tag, context], { env });
    return tag;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

try {
  const images = { store: await build('store'), shop: await build('shop') };
  process.stdout.write(`${JSON.stringify(images)}\n`);
} catch (error) {
  say(error.message.replaceAll('\n', ' '));
  process.exitCode = error instanceof Unavailable ? 3 : 1;
}
