/**
 * Why this Node cannot run Rdzen, or undefined. NestJS 12 is ESM only and is loaded by `require`, which Node can do
 * since 20.19 and 22.12.
 */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major >= 23 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (good) return undefined;
  return `NODE_TOO_OLD: this is Node ${version}; Rdzen needs Node 20.19 or later (of 22: 22.12 or later; not 21). Install a newer Node, then run the same command again.`;
}

/** Ends the process with clear words and code 1 when Node is too old. */
export function demandNode() {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
}
