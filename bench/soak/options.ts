import { FAULT_KINDS, type MixedKind } from './schedule';

export interface Wishes {
  minutes: number;
  /** Questions a second. */
  rate: number;
  faultEverySeconds: number;
  seed: number;
  kinds: readonly MixedKind[];
  /** Seconds between two crashes of one and the same core; nothing else happens then. */
  crashLoop?: number;
  /** Busy processors, and a gateway that stands still or has its clock set at times, but no fault. */
  stress: boolean;
  write: boolean;
  /** The run's folder stays, also where nothing was wrong. */
  keep: boolean;
}

export const HELP = `npm run soak -- [options]

  --minutes N          how long questions are asked (30)
  --rate N             questions a second (5)
  --fault-every N      seconds from one fault to the next (20)
  --seed N             draws faults and questions; a run names its own (by the clock)
  --faults a,b         these kinds only: ${FAULT_KINDS.join(', ')}
  --crash-loop N       no faults but this: one core crashes every N seconds
  --stress             no faults, but every processor busy, the gateway stopped for 5 s at a time,
                       and its wall clock an hour ahead or back now and then
  --write              put the result into docs/soak.md
  --keep               keep data and logs also where nothing was wrong
`;

/** @throws Error that says which option is wrong, and what there is. */
export function readWishes(given: readonly string[], now: number): Wishes {
  const wishes: Wishes = {
    minutes: 30,
    rate: 5,
    faultEverySeconds: 20,
    seed: Math.floor(now / 1000) % 1_000_000,
    kinds: FAULT_KINDS,
    stress: false,
    write: false,
    keep: false,
  };
  for (let index = 0; index < given.length; index++) {
    const [option = '', inline] = (given[index] ?? '').split('=');
    const value = (): string => inline ?? given[++index] ?? '';
    if (option === '--minutes') wishes.minutes = positive(option, value());
    else if (option === '--rate') wishes.rate = positive(option, value());
    else if (option === '--fault-every') wishes.faultEverySeconds = positive(option, value());
    else if (option === '--seed') wishes.seed = Math.floor(positive(option, value()));
    else if (option === '--faults') wishes.kinds = value().split(',').map(faultKind);
    else if (option === '--crash-loop') wishes.crashLoop = positive(option, value());
    else if (option === '--stress') wishes.stress = true;
    else if (option === '--write') wishes.write = true;
    else if (option === '--keep') wishes.keep = true;
    else throw new Error(`There is no option ${option}.\n\n${HELP}`);
  }
  if (wishes.stress && wishes.crashLoop !== undefined)
    throw new Error(`--stress and --crash-loop are two runs.\n\n${HELP}`);
  return wishes;
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new Error(`${option} is "${text}"; it must be a number above 0.`);
  return number;
}

function faultKind(name: string): MixedKind {
  const kind = FAULT_KINDS.find((each) => each === name);
  if (!kind) throw new Error(`There is no fault "${name}"; there are: ${FAULT_KINDS.join(', ')}.`);
  return kind;
}
