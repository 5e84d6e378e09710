import type { Verdict } from './checker';
import type { Observer } from './observer';
import type { Wishes } from './options';

/** For ten minutes of a core that crashes again and again. */
const LOOP_MINUTES = 10;
const LOOP_SWITCHES = 3;
const LOOP_REPAIRS = 5;
const LOOP_ANSWERED = 0.99;

/** What the special runs promise beyond what every run does; empty where it was kept. */
export function brokenBounds(
  { stress, crashLoop, minutes }: Pick<Wishes, 'stress' | 'crashLoop' | 'minutes'>,
  { automaticSwitches: switches, repairs }: Pick<Observer, 'automaticSwitches' | 'repairs'>,
  { accepted, answered }: Pick<Verdict, 'accepted' | 'answered'>,
): string[] {
  if (stress) return switches > 0 ? [`${switches} false failovers`] : [];
  if (crashLoop === undefined) return [];
  const share = Math.max(1, minutes / LOOP_MINUTES);
  const most = (what: string, count: number | undefined, bound: number): string[] => {
    if (count === undefined) return [`nobody told how many ${what} there were`];
    return count > bound ? [`${count} ${what}, ${bound} allowed`] : [];
  };
  const part = answered / accepted;
  return [
    ...most('switches', switches, LOOP_SWITCHES * share),
    ...most('repairs', repairs, LOOP_REPAIRS * share),
    ...(part >= LOOP_ANSWERED
      ? []
      : [`${(part * 100).toFixed(2)} % answered, ${LOOP_ANSWERED * 100} % promised`]),
  ];
}
