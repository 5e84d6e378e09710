import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

const AMBIENT = [
  { object: 'Date', property: 'now', message: 'Inject Clock and call clock.now().' },
  { object: 'Math', property: 'random', message: 'Inject Random.' },
  { object: 'performance', property: 'now', message: 'Inject Clock and call clock.monotonic().' },
];
const GLOBALS = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'fetch'].map(
  (name) => ({ name, message: 'Domain code goes through a port (Clock, OllamaApi, ...), never the global.' }),
);

export default tseslint.config(
  {
    ignores: [
      '.cache/**',
      'dist/**',
      'data/**',
      'coverage/**',
      'node_modules/**',
      'test/vendor/**',
      '**/page/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read once, in src/config/.' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Domain floors: time, chance and I/O come through ports, so that a virtual clock can drive them.
    files: [
      'src/{core-registry,journal,rooms,health-monitor,failover,generation,conversation,chat-gateway,admin,commands,texts,access}/**/*.ts',
    ],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...AMBIENT,
        { object: 'process', property: 'env', message: 'Settings are read once, in src/config/.' },
      ],
      'no-restricted-globals': ['error', ...GLOBALS],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            'axios',
            'ws',
            'libsql',
            'http',
            'https',
            'net',
            'child_process',
            'dockerode',
            'timers/promises',
          ].flatMap((name) => [
            { name, message: 'I/O belongs to an adapter on the technology floor.' },
            { name: `node:${name}`, message: 'I/O belongs to an adapter on the technology floor.' },
          ]),
        },
      ],
    },
  },
  {
    files: [
      'src/config/**/*.ts',
      'src/embedded/**/*.ts',
      'src/{docker-guard,egress-proxy,gate}/main.ts',
      'src/main.ts',
      'src/cli.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', '**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        __filename: 'readonly',
        require: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        performance: 'readonly',
      },
    },
  },
  prettier,
);
