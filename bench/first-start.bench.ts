import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './support/at-exit';
import type { Figure } from './support/figure';
import { FirstStart } from './support/first-start';

const ROOT = resolve(__dirname, '..');

export const firstStart: Figure = {
  name: 'first-start',
  title: 'From an empty clone to the first real answer',
  definition:
    'What `git clone` gives, an empty npm cache and an empty data folder; then `npm start` and nothing else, with the network as it is (every step that fetches is as fast as that). A question is asked on the chat page as soon as it is up, whatever is still being prepared. Steps as the program tells them: packages and build in its output, the rest in `/status`. *Longest silence* is the longest time in which neither the terminal nor the progress in `/status` changed, until the answer.',

  async measure({ quick, runs, say }) {
    const found = new Map<string, number[]>();
    const note = (step: string, value: number): void =>
      void found.set(step, [...(found.get(step) ?? []), value]);
    for (let run = 0; run < Math.min(quick ? 1 : 2, runs); run++) {
      const { path: folder, remove } = temporaryFolder();
      try {
        const clone = join(folder, 'clone');
        await promisify(execFile)('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone]);
        const start = await FirstStart.run(clone, join(folder, 'npm-cache'), say);
        for (const [step, seconds] of start.steps) note(step, seconds);
        note('longest silence', start.longestSilence);
        say(
          `run ${run + 1}: ${start.steps.map(([step, seconds]) => `${step} ${seconds.toFixed(1)} s`).join(', ')}`,
        );
      } finally {
        remove();
      }
    }
    return [...found].map(([name, values]) => ({
      name,
      unit: 's',
      values,
      ...(name === 'longest silence' ? { target: { of: 'worst' as const, most: 2 } } : {}),
    }));
  },
};
