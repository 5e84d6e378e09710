import type { Mutant } from './mutant';

const LANES = 'src/chat-gateway/lanes.service.ts';

export const LANES_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'the newest question of a lane comes first',
    file: 'src/journal/question-reader.ts',
    find: "('queued', 'generating', 'retry-wait', 'generated', 'posting') ORDER BY at, accepted_at, rowid LIMIT 1",
    replace: "('queued', 'generating', 'retry-wait', 'generated', 'posting') ORDER BY at DESC LIMIT 1",
  },
  {
    name: 'every question has a lane of its own',
    file: 'src/chat-gateway/message-judge.ts',
    find: 'const lane = place.answerThreadId ? `${message.roomId}/${place.answerThreadId}` : message.roomId;',
    replace: 'const lane = `${message.roomId}/${message.id}`;',
  },
  {
    name: 'a lane runs twice at once',
    file: LANES,
    find: '    if (this.lanes.has(lane)) {',
    replace: '    if (this.lanes.has(`${lane} `)) {',
  },
  {
    name: 'what an earlier run left is not taken up',
    file: LANES,
    find: '      this.wake(lane);\n  }\n\n  /** Begins nothing new',
    replace: '      this.again.delete(lane);\n  }\n\n  /** Begins nothing new',
  },
  {
    name: '!stop stops other people’s questions',
    file: LANES,
    find: 'question.authorId === authorId && question.roomId === roomId',
    replace: 'question.roomId === roomId',
  },
  {
    name: 'the first stumble buries a question',
    file: LANES,
    find: 'const MOST_STUMBLES = 6;',
    replace: 'const MOST_STUMBLES = 1;',
  },
  {
    name: 'a lane ends over its first failure',
    file: LANES,
    find: 'if (!setAside) await this.clock.sleep(AFTER_FAILURE_MS, this.ending.signal).catch(() => undefined);',
    replace: 'if (!setAside) return;',
  },
  {
    name: 'a question waits for the hour that the clock was put back by',
    file: LANES,
    find: 'const wait = ahead <= LONGEST_WAIT_MS ? ahead : 0;',
    replace: 'const wait = ahead;',
  },
];
