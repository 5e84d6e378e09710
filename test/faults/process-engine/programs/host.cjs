/**
 * A gateway's stand-in: `node host.cjs BUILD_DIR RUN_DIR NAME=WORDS ...` starts one actor for each NAME with the real,
 * compiled engine and prints every event and `ready` as JSON lines. SIGINT and SIGTERM close it in good order.
 */
const { dirname, join } = require('node:path');

const [buildDir, runDir, ...casts] = process.argv.slice(2);
const { ProcessContainerEngine } = require(join(buildDir, 'containers/process-container-engine.js'));
const { SystemClock } = require(join(buildDir, 'shared/system-clock.js'));
const { SystemRandom } = require(join(buildDir, 'shared/system-random.js'));

const say = (line) => console.log(JSON.stringify(line));
const engine = new ProcessContainerEngine({
  programs: {
    resolve: () => ({ command: process.execPath, args: [join(dirname(process.argv[1]), 'actor.cjs')] }),
  },
  runDir,
  clock: new SystemClock(),
  random: new SystemRandom(),
  environment: process.env,
});
engine.onEvent(say);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void engine.close().then(() => process.exit(0)));
}

async function main() {
  for (const cast of casts) {
    const [name, words] = cast.split('=');
    await engine.start({ name, image: 'actor', args: words.split(','), restart: 'always' });
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const logs = await Promise.all(casts.map((cast) => engine.logs(cast.split('=')[0])));
  const family = logs.flatMap((lines) =>
    lines.filter((line) => line.startsWith('{')).flatMap((line) => Object.values(JSON.parse(line))),
  );
  say({ type: 'ready', reaper: await engine.reaperPid(), family });
}

void main();
