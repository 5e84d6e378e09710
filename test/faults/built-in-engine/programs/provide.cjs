/** Provides engine and model out of dist/, as the gateway does: arguments are the data folder and RDZEN_MODEL. */
const { join } = require('node:path');

const dist = join(__dirname, '../../../../dist');
const { BuiltInEngine } = require(join(dist, 'built-in-engine/built-in-engine.js'));
const { SystemClock } = require(join(dist, 'shared/system-clock.js'));

const [dataDir, model] = process.argv.slice(2);
const engine = new BuiltInEngine({ dataDir, model, environment: process.env, clock: new SystemClock() });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('stopped')));
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

engine
  .plan()
  .then((plan) => tell({ plan }))
  .then(() => engine.provide((preparing) => tell({ at: Date.now(), preparing }), stop.signal))
  .then((done) => tell({ done }))
  .catch((error) => {
    tell({ failed: { name: error.name, message: error.message } });
    process.exitCode = 1;
  });
