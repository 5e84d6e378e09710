import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { machine } from '../support/machine';

const HEAD = `# Soak

Made by \`npm run soak -- --write\`; do not edit by hand. The real gateway (\`node dist/main.js\`) with the chat server and the
two cores that it starts itself, all processes of their own, is asked by many people at once, in direct messages, channels
and threads, through chat programs that speak the server's REST and DDP. Meanwhile something is done to it, drawn from a
seed: a core killed or stopped, both cores killed, a core whose runner hangs, slows down, breaks answers off or answers 500
or 503, the chat server killed, the gateway killed (it is started again, as a supervisor would), stopped or ended in order,
a switch by hand. The cores are the scripted core with an answer that carries the question's number in every line.

At the end all rooms are read back from the chat server and held against what it had stored of the questions:
*lost* is a question without an answer, *doubled* one with more messages than its answer has, *reordered* one that was
answered before an earlier one of its room or thread, *wrong* one whose answer is not whole or stands elsewhere, *unasked* an
answer to nobody, *forgotten* a message that the chat server had acknowledged and has no more. Latency is the time from the
question to the last state of its answer, by the chat server's stamps. "Unanswered" is looked at every second.`;

/** Puts a run in place of an earlier one of the same command, or behind all others. */
export function writeSection(
  file: string,
  command: string,
  rows: readonly (readonly [string, string])[],
): void {
  const { processor, processors, memoryGigabytes, platform, node } = machine();
  const date = new Date().toISOString().slice(0, 10);
  const where = `${date}; ${processors} × ${processor}, ${memoryGigabytes} GB, ${platform}, Node ${node}.`;
  const lines = rows.map(([name, value]) => `| ${name} | ${value} |`);
  const title = `## \`${command}\``;
  const section = [title, where, ['| | |', '|---|---|', ...lines].join('\n')].join('\n\n');
  const [, ...before] = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trimEnd()
        .split(/\n\n(?=## )/)
    : [];
  const others = before.filter((each) => !each.startsWith(`${title}\n`));
  const kept = before.map((each) => (each.startsWith(`${title}\n`) ? section : each));
  const sections = others.length === before.length ? [...before, section] : kept;
  writeFileSync(file, `${[HEAD, ...sections].join('\n\n')}\n`);
}
