// Loaded into the gateway before its own code: on SIGUSR2 it writes down what keeps its event loop alive, by kind.
// On SIGWINCH it sets the wall clock to what a file says: the product reads it by Date.now() alone.
// Nothing else of the gateway is touched.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

process.on('SIGUSR2', () => {
  const counts = { pid: process.pid };
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  const file = join(process.env.TMPDIR, 'handles.json');
  writeFileSync(`${file}.new`, JSON.stringify(counts));
  renameSync(`${file}.new`, file);
});

const rightNow = Date.now;
let offset = 0;
Date.now = () => rightNow() + offset;
process.on('SIGWINCH', () => {
  offset = JSON.parse(readFileSync(join(process.env.TMPDIR, 'clock-offset.json'), 'utf8')).offsetMs;
});
