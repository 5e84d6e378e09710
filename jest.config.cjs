/** ESM-only packages that jest must transform, because Node 20 cannot require them inside jest's registry. */
const ESM_PACKAGES = [
  '@nestjs',
  'content-disposition',
  'cookie',
  'fast-check',
  'pure-rand',
  '@fastify',
  'proxy-chain',
  'socks-proxy-agent',
  'agent-base',
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/data', '<rootDir>/test/vendor/node_modules'],
  transform: { '^.+\\.(t|j|mj)s$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${ESM_PACKAGES.join('|')})/)`],
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/quiet-log.ts'],
  testTimeout: 20_000,
  testSequencer: '<rootDir>/scripts/longest-first.cjs',
  maxWorkers: 2,
  // Every spec leaves some of its modules behind; in a worker that has run two hundred of them, one of long virtual time
  // took six to ten times as long as in a fresh one (measured: 30 s and 4 s).
  workerIdleMemoryLimit: '400MB',
};
