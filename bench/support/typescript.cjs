// Lets Node run the benchmarks' TypeScript. What they import of src/ comes from the frozen build instead: measured is
// the code that runs, and once, whoever imports it. A soak is frozen whole, with its build beside it.
const { existsSync, readFileSync } = require('node:fs');
const { join, relative, resolve, sep } = require('node:path');
const { transformSync } = require('@swc/core');

const ROOT = resolve(__dirname, '../..');
const FROZEN = join(ROOT, '.cache/bench/build/dist');
const BUILD = existsSync(FROZEN) ? FROZEN : join(ROOT, 'dist');

require.extensions['.ts'] = (module, file) => {
  const path = relative(ROOT, file).split(sep);
  if (path[0] === 'src') {
    const built = join(BUILD, ...path.slice(1)).replace(/\.ts$/, '.js');
    if (!existsSync(built)) throw new Error(`${path.join('/')} is not in the build that is measured`);
    module.exports = require(built);
    return;
  }
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    cwd: ROOT,
    sourceMaps: 'inline',
  });
  module._compile(code, file);
};
