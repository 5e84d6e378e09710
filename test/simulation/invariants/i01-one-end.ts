import { VETO } from '../world/chat-trouble';
import type { DiskChange } from '../world/disk';
import { isTerminal, type Asked, type Row } from '../world/ledger';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/** Attempts in vain before a question may be taken for the cause of the trouble. */
const FEWEST_ATTEMPTS = 3;
/** Deaths of cores before a question may be taken for their cause. */
const FEWEST_DEATHS = 2;
/** Failures of our own before a question gives way to its lane. */
const FEWEST_STUMBLES = 6;
/** Questions of one person before "too many" can be true. */
const FEWEST_FOR_REFUSAL = 5;
const MOVES: Readonly<Record<string, readonly string[]>> = {
  queued: ['generating', 'retry-wait', 'generated', 'cancelled', 'dead'],
  generating: ['queued', 'retry-wait', 'generated', 'cancelled', 'dead'],
  'retry-wait': ['queued', 'generating', 'generated', 'cancelled', 'dead'],
  generated: ['posting', 'dead'],
  posting: ['posted', 'dead'],
};

/** I1: what was accepted comes to exactly one end, and to one that it deserves; what was said to us is accepted. */
export const ONE_END: Invariant = {
  name: 'I1 one end for every question',

  onCommit(_world: World, change: DiskChange, before: Row | undefined): Verdict {
    if (change.what !== 'moved') return undefined;
    const { id, from, to } = change;
    if (before?.state !== from) return `${id} was ${before?.state ?? 'unknown'}, and left ${from}`;
    return MOVES[from]?.includes(to) ? undefined : `${id} went from ${from} to ${to}`;
  },

  atRest(world: World): Verdict {
    for (const asked of world.ledger.asked.values()) {
      const row = world.ledger.rows.get(asked.id);
      const wrong = row ? undeserved(world, asked, row) : neverHeard(world, asked);
      if (wrong !== undefined) return `${asked.id} (${asked.texts[0] ?? ''}): ${wrong}`;
    }
    return undefined;
  },
};

function neverHeard({ ledger }: World, { at, deleted, overheard }: Asked): Verdict {
  return deleted || overheard || at < ledger.historyBefore
    ? undefined
    : 'it was said to the assistant and is not in the journal';
}

function undeserved(world: World, asked: Asked, row: Row): Verdict {
  if (!isTerminal(row.state)) return `it is still ${row.state}`;
  if (asked.overheard) return row.state === 'ignored' ? undefined : `nobody asked, and it is ${row.state}`;
  const wrong = `it is ${row.state} (${row.reason ?? 'no reason'})`;
  switch (row.state) {
    case 'ignored':
      if (asked.at < world.ledger.historyBefore) return undefined;
      return asked.touchedAt !== undefined && asked.touchedAt <= row.acceptedAt ? undefined : wrong;
    case 'cancelled':
      return (asked.deleted ?? false) || wasStopped(world, asked) ? undefined : wrong;
    case 'rejected':
      return questionsOf(world, asked.author) >= FEWEST_FOR_REFUSAL ? undefined : wrong;
    case 'dead':
      return deservedlyDead(world, asked, row) ? undefined : wrong;
    default:
      return undefined;
  }
}

function wasStopped({ ledger }: World, { author, roomId, at }: Asked): boolean {
  return [...ledger.asked.values()].some(
    (other) =>
      other.command === '!stop' && other.author === author && other.roomId === roomId && other.at >= at,
  );
}

function questionsOf({ ledger }: World, author: string): number {
  return [...ledger.byNumber.values()].filter((asked) => asked.author === author).length;
}

/** Its own attempts failed often enough, the server would not have its answer, or our own disk failed again and again. */
function deservedlyDead({ cores, inflicted }: World, { number }: Asked, { reason }: Row): boolean {
  const unposted = 'the answer cannot be posted: ';
  if (reason?.startsWith(unposted)) return reason === `${unposted}${VETO}` && inflicted.has('rest post-veto');
  const [, stumbles] = /^(\d+) times in a row it could not be worked on/.exec(reason ?? '') ?? [];
  if (stumbles !== undefined)
    return Number(stumbles) >= FEWEST_STUMBLES && (inflicted.has('disk-full') || inflicted.has('disk-flaky'));
  const failed = cores.streams.filter(({ question, ended }) => question === number && ended !== 'complete');
  const [, deaths] = /^(\d+) times a core died by itself/.exec(reason ?? '') ?? [];
  if (deaths !== undefined) return Number(deaths) >= FEWEST_DEATHS && failed.length >= FEWEST_DEATHS;
  return failed.length >= FEWEST_ATTEMPTS;
}
