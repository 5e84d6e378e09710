// Loaded into the gateway before its own code: on SIGUSR2 it writes down what keeps its event loop alive, by kind.
// Nothing else of the gateway is touched.
const { renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

process.on('SIGUSR2', () => {
  const counts = { pid: process.pid };
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  const file = join(process.env.TMPDIR, 'handles.json');
  writeFileSync(`${file}.new`, JSON.stringify(counts));
  renameSync(`${file}.new`, file);
});
