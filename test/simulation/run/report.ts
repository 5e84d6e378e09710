import { unvisited, type Failure, type Tally } from './batch';
import type { Shrunk } from './shrink';

/** What was run, in a few lines. */
export function summary(tally: Tally, tookMs: number): string {
  const { runs, virtualMs, faults, repairs, reached, died, deaths } = tally;
  const listed = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const open = unvisited(tally);
  return [
    `${runs} runs in ${(tookMs / 1000).toFixed(1)} s: ${((runs / tookMs) * 1000).toFixed(1)} seeds/s, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours`,
    `crash points: ${reached.size} reached, ${died.size} died at (${deaths} deaths)${open.length > 0 ? `; never died at: ${open.join('; ')}` : ''}`,
    `faults: ${listed(faults)}`,
    `repairs: ${listed(repairs)}`,
  ].join('\n');
}

/** A failure as somebody wants to read it who has to find its cause. */
export function describeFailure(failure: Failure, shrunk?: Shrunk): string {
  const { violation, trace } = failure;
  return [
    `Seed ${failure.seed} breaks ${violation.invariant}: ${violation.detail}`,
    'The last events (virtual seconds):',
    ...trace.slice(-40).map((line) => `  ${line}`),
    ...(shrunk ? [`Needed for it: ${shrunk.needed.join('; ') || 'no fault at all'}`] : []),
    `Replay: ${replay(failure)}`,
    ...(shrunk ? [`Replay without the rest: ${replay(failure, shrunk)}`] : []),
  ].join('\n');
}

function replay({ seed, options }: Failure, shrunk?: Shrunk): string {
  const { crashAt, forgets } = options;
  return [
    `npm run simulate -- --seed ${seed}`,
    ...(crashAt === undefined ? [] : [`--crash "${crashAt}"`]),
    ...(forgets ? [`--forget ${forgets}`] : []),
    ...(shrunk && shrunk.without.length > 0 ? [`--without ${shrunk.without.join(',')}`] : []),
    ...(shrunk && shrunk.spared.length > 0 ? [`--spare ${shrunk.spared.join(',')}`] : []),
  ].join(' ');
}
