import type { Mutant } from './mutant';

const POSTER = 'src/chat-gateway/answer-poster.ts';
const POSTS = 'src/chat-gateway/post.service.ts';

export const OUTBOX_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'ids of posts are drawn by lot',
    file: 'src/journal/post-id.ts',
    find: 'update(JSON.stringify(fields))',
    replace: 'update(JSON.stringify(fields) + process.hrtime.bigint().toString())',
  },
  {
    name: 'after a doubtful reply nobody asks whether the post stands',
    file: POSTS,
    find: '      if (!(error instanceof ChatError) || !doubtful(error)) throw error;',
    replace: '      if (error instanceof ChatError || !doubtful(error)) throw error;',
  },
  {
    name: 'a part is marked as posted before it is',
    file: POSTER,
    find: '      const outcome = await this.persist(',
    replace:
      '      await this.answers.markPosted(question.id, part.part);\n      const outcome = await this.persist(',
  },
  {
    name: 'a question is finished before its answer is posted',
    file: POSTER,
    find: '    await this.questions.beginPosting(question.id);',
    replace:
      '    await this.questions.beginPosting(question.id);\n    await this.questions.markPosted(question.id);',
  },
  {
    name: 'the last part is posted first',
    file: POSTER,
    find: '  return parts.find(({ posted }) => !posted);',
    replace: '  return parts.findLast(({ posted }) => !posted);',
  },
  {
    name: 'an id that somebody else took counts as ours',
    file: POSTS,
    find: "      return 'squatted';",
    replace: "      return 'stands';",
  },
  {
    name: 'a preview that stands is left as it is',
    file: POSTS,
    find: '    if (stored.text !== message.text) await this.rewrite(message);',
    replace: '',
  },
  {
    name: 'a notice that was posted is posted again',
    file: 'src/chat-gateway/notice-poster.ts',
    find: '        await this.notices.markPosted(key);',
    replace: '',
  },
  {
    name: 'alerts are posted where everybody reads them',
    file: 'src/chat-gateway/notice-poster.ts',
    find: 'notice.roomId === ADMIN_ROOM ? adminRoom : notice.roomId',
    replace: "notice.roomId === ADMIN_ROOM ? 'general' : notice.roomId",
  },
  {
    name: 'an answer is given up when the server is away',
    file: POSTER,
    find: '    const lasting = !error.transient &&',
    replace: "    const lasting = error.kind !== 'timeout' &&",
  },
  {
    name: 'a notice waits for the hour that the clock was put back by',
    file: 'src/journal/notice-journal.ts',
    find: 'const LONGEST_WAIT_MS = 10 * 60_000;',
    replace: 'const LONGEST_WAIT_MS = 10 * 3_600_000;',
  },
];
