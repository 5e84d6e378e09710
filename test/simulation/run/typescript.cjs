// Lets Node run the simulation's TypeScript, and the product's as it stands in src/. RDZEN_MUTANT, a JSON of
// {file, find, replace}, changes one file of the product on its way into memory: nothing is written anywhere.
const { readFileSync } = require('node:fs');
const { join, relative, resolve, sep } = require('node:path');
const { transformSync } = require('@swc/core');

const ROOT = resolve(__dirname, '../../..');
const mutant = process.env.RDZEN_MUTANT ? JSON.parse(process.env.RDZEN_MUTANT) : undefined;

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(source(filename), { filename, cwd: ROOT, sourceMaps: 'inline' });
  module._compile(code, filename);
};

function source(filename) {
  const text = readFileSync(filename, 'utf8');
  if (!mutant || relative(ROOT, filename) !== join(...mutant.file.split('/'))) return text;
  const places = text.split(mutant.find).length - 1;
  if (places !== 1)
    throw new Error(`${mutant.file.split('/').join(sep)} holds ${places} times: ${mutant.find}`);
  return text.replace(mutant.find, () => mutant.replace);
}
