import type { Mutant } from './mutant';

const INTAKE = 'src/chat-gateway/intake.service.ts';

export const INTAKE_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'the mark moves before the messages are taken',
    file: INTAKE,
    find: '    for (const message of [...messages].sort((a, b) => a.at - b.at)) await this.messages.take(message);\n    const newest = Math.max(mark, ...messages.map(({ updatedAt }) => updatedAt));\n    await this.marks.advance(room.roomId, newest);',
    replace:
      '    const newest = Math.max(mark, ...messages.map(({ updatedAt }) => updatedAt));\n    await this.marks.advance(room.roomId, newest + OVERLAP_MS);\n    for (const message of [...messages].sort((a, b) => a.at - b.at)) await this.messages.take(message);',
  },
  {
    name: 'a room is read without the overlap, after its mark',
    file: INTAKE,
    find: 'this.chat.syncMessages(room.roomId, mark - OVERLAP_MS)',
    replace: 'this.chat.syncMessages(room.roomId, mark + 2)',
  },
  {
    name: 'pages of a room begin behind the last stamp',
    file: 'src/rocket-chat/message-sync.ts',
    find: 'cursor = last - 1;',
    replace: 'cursor = last;',
  },
  {
    name: 'a connection brings no catch-up',
    file: INTAKE,
    find: '      await this.sweep();\n      if (generation !== this.generation) return;',
    replace: '',
  },
  {
    name: 'nothing sweeps for what the stream lost',
    file: INTAKE,
    find: 'if (this.ready && !this.sweeping) this.sweeping',
    replace: 'if (!this.ready && !this.sweeping) this.sweeping',
  },
  {
    name: 'a room that refused counts as read',
    file: INTAKE,
    find: '      String(all ? newest : Math.max(readUntil, newest - UNREAD_FOR_MS)),',
    replace: '      String(newest + (all ? 0 : OVERLAP_MS)),',
  },
  {
    name: 'everything that is said is a question',
    file: 'src/chat-gateway/message-judge.ts',
    find: 'if (!direct && !mentioned && !inThread && !listening && !isCommand)',
    replace: "if (facts.roomType === 'livechat')",
  },
  {
    name: 'what cannot be taken now is forgotten',
    file: INTAKE,
    find: '      (this.held ??= []).push(live);\n      this.ready = false;\n      await this.catchUpAgain(generation, error);',
    replace:
      '      this.logger.warn(String(error));\n      await this.marks.advance(live.message.roomId, live.message.updatedAt + 2 * OVERLAP_MS);',
  },
  {
    name: 'a journal that cannot be opened at once leaves us deaf',
    file: 'src/chat-gateway/chat-gateway.service.ts',
    find: "await this.insist('The journal cannot be opened', () => this.workers.intake.open(knownHere));",
    replace: 'await this.workers.intake.open(knownHere);',
  },
  {
    name: 'the thread of a question is ours only once it is answered',
    file: 'src/chat-gateway/message-intake.ts',
    find: "    if (kind === 'question' && answerThreadId)",
    replace: "    if (kind === 'command' && answerThreadId)",
  },
];
