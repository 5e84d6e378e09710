// `node scripts/check-catalogue.mjs [FOLDER] [WORD]`: installs what each entry of a catalogue names (npm, without install
// scripts), runs it here and holds it against its manifest: integrity, tools, hashes, trial calls. Without isolation: for
// packages you would run anyway. Every path of the container below /tmp and of the state folder becomes one of a temporary
// folder. Wants a built dist/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './lib/run.mjs';
import { StdioMcp } from './lib/stdio-mcp.mjs';

const require = createRequire(join(ROOT, 'package.json'));
const { descriptionHash, schemaHash } = require(join(ROOT, 'dist/mcp/tool-hash.js'));
const { unmet } = require(join(ROOT, 'dist/component-registry/manifest/expectation.js'));
const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';

const [folder = join(ROOT, 'src/component-registry/shipped'), word = ''] = process.argv.slice(2);
let failed = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json') && name.includes(word))) {
  const { manifest } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const work = mkdtempSync(join(tmpdir(), 'rdzen-check-'));
  const began = Date.now();
  let problems;
  try {
    problems = await check(manifest, work);
  } catch (error) {
    problems = [error.message];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const { tools, trial } = manifest._meta[PUBLISHER].rdzen;
  const what = `${manifest.name} ${manifest.version}: ${tools.length} tools, ${trial.calls.length} calls`;
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`,
  );
  for (const problem of problems) console.log(`       ${problem}`);
  failed += problems.length === 0 ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);

async function check(manifest, work) {
  const [given] = manifest.packages;
  const block = manifest._meta[PUBLISHER].rdzen;
  const problems = [];
  writeFileSync(join(work, 'package.json'), '{"private": true}');
  const wanted = `${given.identifier}@${given.version}`;
  const flags = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--save-exact'];
  execFileSync('npm', ['install', ...flags, wanted], { cwd: work, stdio: 'pipe' });
  const lock = JSON.parse(readFileSync(join(work, 'package-lock.json'), 'utf8'));
  const { integrity } = lock.packages[`node_modules/${given.identifier}`];
  if (integrity !== block.provenance.integrity) problems.push(`its integrity is ${integrity}`);

  const places = { '/tmp': join(work, 'scratch') };
  const state = block.permissions?.filesystem?.state?.path;
  if (state !== undefined) places[state] = join(work, 'state');
  for (const path of Object.values(places)) mkdirSync(path);
  const here = (value) => inOurPlaces(value, places);
  mkdirSync(join(places['/tmp'], 'fixtures'));
  for (const [name, text] of Object.entries(block.trial.fixtures ?? {}))
    writeFileSync(join(places['/tmp'], 'fixtures', name), text);

  const variables = (given.environmentVariables ?? []).map(({ name, default: value = '' }) => [
    name,
    here(value),
  ]);
  const args = (given.packageArguments ?? []).flatMap(({ type, name, value }) => [
    ...(type === 'named' ? [name] : []),
    ...(value === undefined ? [] : [here(value)]),
  ]);
  const server = new StdioMcp(programOf(join(work, 'node_modules', given.identifier)), args, {
    cwd: work,
    env: { PATH: process.env.PATH, ...Object.fromEntries(variables) },
  });
  try {
    await server.initialize();
    problems.push(...compareTools(block.tools, await server.tools()));
    for (const { tool, arguments: given, expect, maxMs = Infinity } of block.trial.calls) {
      const began = Date.now();
      const result = await server.ask('tools/call', { name: tool, arguments: here(given) });
      const problem = unmet({ ...expect, ...('value' in expect && { value: here(expect.value) }) }, result);
      if (problem !== undefined) problems.push(`${tool} ${JSON.stringify(given)}: ${problem}`);
      if (Date.now() - began > maxMs) problems.push(`${tool} took ${Date.now() - began} ms`);
    }
  } finally {
    server.end();
  }
  return problems;
}

function compareTools(named, live) {
  const problems = [];
  const byName = new Map(live.map((tool) => [tool.name, tool]));
  for (const { name } of live)
    if (!named.some((tool) => tool.name === name)) problems.push(`it has the tool ${name} besides`);
  for (const tool of named) {
    const there = byName.get(tool.name);
    if (!there) problems.push(`it has no tool ${tool.name}`);
    else {
      if (tool.descriptionHash !== descriptionHash(there.description ?? ''))
        problems.push(`${tool.name}: descriptionHash is ${descriptionHash(there.description ?? '')}`);
      if (tool.schemaHash !== schemaHash(there.inputSchema))
        problems.push(`${tool.name}: schemaHash is ${schemaHash(there.inputSchema)}`);
    }
  }
  return problems;
}

function programOf(root) {
  const { bin, name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const bare = name.replace(/^@[^/]*\//, '');
  const program = typeof bin === 'string' ? bin : (bin[bare] ?? Object.values(bin)[0]);
  return join(root, program);
}

/** `/tmp` and `/data` in every text of a value, where they stand as a path. */
function inOurPlaces(value, places) {
  if (typeof value === 'string') {
    for (const [path, ours] of Object.entries(places))
      if (value === path || value.startsWith(`${path}/`)) return ours + value.slice(path.length);
    return value;
  }
  if (Array.isArray(value)) return value.map((each) => inOurPlaces(each, places));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inOurPlaces(each, places)]));
}
