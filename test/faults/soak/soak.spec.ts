import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Among the ten faults that this seed draws: the chat server, the gateway, a core and both cores killed. */
const GIVEN = ['--minutes', '1', '--rate', '2', '--fault-every', '6', '--seed', '4'];
const WITHIN_MS = 110_000;

/** Real: the program `npm run soak`, and everything that it starts. */
describe('npm run soak', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'rdzen-test-soak-'));
  let child: ChildProcess | undefined;

  afterAll(() => {
    child?.kill('SIGTERM');
    rmSync(temporary, { recursive: true, force: true });
  });

  it(
    'finds nothing wrong in a minute of faults, and leaves nothing behind',
    async () => {
      const { PATH = '', HOME = '' } = process.env;
      let output = '';
      child = spawn(process.execPath, [resolve('scripts/soak.mjs'), ...GIVEN], {
        env: { PATH, HOME, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const code = await new Promise((ended) => child?.once('close', ended));
      const row = (name: string): string =>
        new RegExp(`^${name} {2,}(.*)$`, 'm').exec(output)?.[1] ?? `no row "${name}" in:\n${output}`;

      for (const name of ['lost', 'doubled', 'reordered', 'wrong', 'unasked', 'forgotten'])
        expect([name, row(name)]).toEqual([name, '0']);
      expect(row('problems')).toBe('none');
      expect(code).toBe(0);
      expect(Number(row('questions accepted'))).toBeGreaterThan(60);
      expect(row('answered, whole and once')).toBe(`${row('questions accepted')} (100.00 %)`);
      expect(Number.parseInt(row('faults'), 10)).toBeGreaterThanOrEqual(7);
      expect(Number(row('lives of the gateway'))).toBeGreaterThan(1);
      expect(readdirSync(temporary)).toEqual([]);
    },
    WITHIN_MS,
  );
});
