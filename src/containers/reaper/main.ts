import { OWNER } from '../owner-marks';
import { groupLives, killGroup, killProcess, processesWith } from '../process-table';

/**
 * The reaper: a program of its own that outlives the gateway for the moment it takes to end what the gateway
 * started. Lines on stdin: `owner TOKEN`, `+GROUP`, `-GROUP`, `bye`. End of input without `bye` means that the gateway
 * is dead. Imports only what starts quickly and stays small.
 */
const LIMIT_MS = 5000;
const PAUSE_MS = 50;
/** A process between fork and exec shows neither the old nor the new environment for a moment. */
const CLEAN_SCANS = 4;

const groups = new Set<number>();
let owner = '';
let partial = '';

function obey(line: string): void {
  if (line === 'bye') process.exit(0);
  if (line.startsWith('owner ')) owner = line.slice('owner '.length);
  else if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else if (line.startsWith('-')) groups.delete(Number(line.slice(1)));
}

async function somethingEnded(): Promise<boolean> {
  let ended = false;
  for (const group of groups) {
    if (!(await groupLives(group))) continue;
    killGroup(group, 'SIGKILL');
    ended = true;
  }
  for (const pid of owner === '' ? [] : await processesWith([`${OWNER}=${owner}`])) {
    killProcess(pid, 'SIGKILL');
    ended = true;
  }
  return ended;
}

async function endAll(): Promise<void> {
  for (const group of groups) killGroup(group, 'SIGKILL');
  const deadline = performance.now() + LIMIT_MS;
  for (let clean = 0; clean < CLEAN_SCANS && performance.now() < deadline;) {
    clean = (await somethingEnded()) ? 0 : clean + 1;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

// Whoever signals a whole group or terminal means the gateway; the reaper goes when its input ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const)
  process.on(signal, () => {});

let over = false;
function inputOver(): void {
  if (over) return;
  over = true;
  void endAll().finally(() => process.exit(0));
}
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  const lines = (partial + chunk).split('\n');
  partial = lines.pop() ?? '';
  lines.forEach(obey);
});
process.stdin.on('end', inputOver);
process.stdin.on('error', inputOver);
