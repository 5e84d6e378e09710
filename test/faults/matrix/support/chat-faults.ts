import { chatFaults } from '../../../../src/embedded/chat-server/chat-server-faults';
import type { Fault } from './fault';

/** By then the missed messages of a broken connection are read. */
const CAUGHT_UP_MS = 15_000;
/** A dead socket is found out by 30 s of silence. */
const ZOMBIE_MS = 35_000;
const TWICE = 2;

/** What happens to the chat server and the line to it. No reason to leave a core, either. */
export const CHAT_FAULTS = {
  chatCut: {
    name: 'chat socket cut',
    boundMs: CAUGHT_UP_MS,
    switches: [0, 0],
    wears: true,
    strike: ({ lane }) => lane.chat.line.cut(),
  },
  zombie: {
    name: 'chat zombie',
    boundMs: ZOMBIE_MS,
    switches: [0, 0],
    wears: true,
    strike: ({ lane }) => lane.chat.line.freeze(),
  },
  nosub: {
    name: 'chat nosub',
    boundMs: CAUGHT_UP_MS,
    switches: [0, 0],
    wears: true,
    strike: ({ lane: { chat } }) => {
      chat.refuseSubscriptions(TWICE);
      chat.line.cut();
    },
  },
  rateLimit: {
    name: 'chat 429',
    boundMs: CAUGHT_UP_MS,
    switches: [0, 0],
    strike: ({ lane }) => lane.chat.failPosts('before', chatFaults.tooManyRequests(2), TWICE),
  },
  replyLost: {
    name: 'reply lost after store',
    boundMs: CAUGHT_UP_MS,
    switches: [0, 0],
    strike: ({ lane }) => lane.chat.failPosts('after', { kind: 'drop' }, TWICE),
  },
} satisfies Record<string, Fault>;
