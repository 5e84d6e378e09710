// `node scripts/docker-image.mjs [--base IMAGE] [--tag NAME:VERSION]`: the image without a network, out of what is built
// and installed here. With a network, `docker compose build` does the same from the sources alone.
import { parseArgs } from 'node:util';
import { buildImage } from './lib/docker-image.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'node:24.15.0-bookworm-slim' },
    tag: { type: 'string', default: 'rdzen:0.1.0' },
  },
});
try {
  const say = (text) => console.error(text);
  console.log(await buildImage({ ...values, say }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
