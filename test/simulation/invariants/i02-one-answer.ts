import { PostIdKey } from '../../../src/journal/post-id';
import { ADMIN_ROOM } from '../../../src/rooms/admin-room';
import { answerTo, plain, questionsIn, tagOf } from '../world/answers';
import { ADMIN_GROUP } from '../world/chat-server';
import { POST_SECRET } from '../world/gateway';
import type { Asked, Post } from '../world/ledger';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

const MORE_FOLLOWS = /\s*⤵$/;
const NOTHING_MORE = '—';
const PARTS = 10;
const SALTS = 6;

/** I2: at most one answer to each question is in the rooms, and exactly one, whole, where the journal says so. */
export const ONE_ANSWER: Invariant = {
  name: 'I2 one answer for every question',

  onPost(world: World, post: Post): Verdict {
    for (const number of questionsIn(post.message.text)) {
      const begins = [...world.ledger.posts.values()].filter(({ message }) =>
        new RegExp(`\\bq${number}v\\d+w0\\b`).test(message.text),
      );
      if (begins.length > 1) return `question q${number} has ${begins.length} answers: ${ids(begins)}`;
    }
    return undefined;
  },

  atRest(world: World): Verdict {
    const { ledger } = world;
    for (const asked of ledger.byNumber.values()) {
      const wrong = wrongAnswer(world, asked);
      if (wrong !== undefined) return `${asked.id} (q${asked.number}): ${wrong}`;
    }
    for (const asked of ledger.asked.values()) {
      if (asked.command === undefined || ledger.rows.get(asked.id)?.state !== 'posted') continue;
      const replies = ownIds(asked)
        .slice(0, SALTS)
        .filter((id) => ledger.posts.has(id)).length;
      if (replies !== 1) return `the command ${asked.id} (${asked.command}) has ${replies} replies`;
    }
    return nobodysMessage(world) ?? misplacedNotice(world);
  },
};

function wrongAnswer({ ledger }: World, asked: Asked): Verdict {
  const state = ledger.rows.get(asked.id)?.state;
  const posts = [...ledger.posts.values()]
    .filter(({ message }) => questionsIn(message.text).includes(asked.number ?? -1))
    .sort((a, b) => firstWord(a) - firstWord(b));
  if (posts.some(({ message }) => message.roomId !== asked.roomId || message.threadId !== asked.threadId))
    return `its answer stands in the wrong place: ${ids(posts)}`;
  if (state === 'cancelled' || state === 'dead') return undefined;
  if (state !== 'posted') return posts.length > 0 ? `it is ${state}, and was answered` : undefined;
  const inOrder = posts.every((post, index) => index === 0 || (posts[index - 1]?.order ?? 0) < post.order);
  if (!inOrder && !ledger.squatted.has(asked.id)) return `its parts came in the wrong order: ${ids(posts)}`;
  const whole = plain(posts.map(({ message }) => message.text.replace(MORE_FOLLOWS, '')).join(' '));
  const right = asked.texts.some((text) => {
    const tag = tagOf(text);
    return tag && plain(answerTo(tag)) === whole;
  });
  return right ? undefined : `its answer reads: ${whole === '' ? 'nothing at all' : whole}`;
}

function firstWord({ message }: Post): number {
  return Number(/w(\d+)/.exec(message.text)?.[1] ?? Infinity);
}

/** Every message of the assistant is an answer, a reply, or a notice that stands in the journal. */
function nobodysMessage({ ledger }: World): Verdict {
  const unexplained = [...ledger.posts.values()].filter(
    ({ message }) => questionsIn(message.text).length === 0 && !ledger.notices.has(message.id),
  );
  if (unexplained.length === 0) return undefined;
  const explained = new Map(
    [...ledger.asked.values()].flatMap((asked) => ownIds(asked).map((id) => [id, asked])),
  );
  for (const { message } of unexplained) {
    const asked = explained.get(message.id);
    if (!asked) return `nobody wrote down ${message.id}: ${message.text}`;
    const leftOver = asked.number !== undefined && message.text !== NOTHING_MORE;
    if (leftOver && ledger.rows.get(asked.id)?.state === 'posted')
      return `under the answer to ${asked.id} stands ${message.text}`;
  }
  return undefined;
}

/** Alerts stand in the room for alerts and nowhere else, every other notice where the journal says. */
function misplacedNotice({ ledger }: World): Verdict {
  for (const [id, { key, roomId, threadId }] of ledger.notices) {
    const message = ledger.posts.get(id)?.message;
    const place = roomId === ADMIN_ROOM ? ADMIN_GROUP : roomId;
    if (message && (message.roomId !== place || (message.threadId ?? null) !== threadId))
      return `the notice ${key} stands in ${message.roomId}/${message.threadId ?? ''}`;
  }
  return undefined;
}

const keys = new PostIdKey(POST_SECRET);
const known = new Map<string, string[]>();

/** All ids under which parts of its answer may stand, those of the first part first. */
function ownIds({ id, roomId }: Asked): string[] {
  const place = `${roomId}/${id}`;
  let list = known.get(place);
  if (!list) {
    list = [];
    for (let part = 0; part < PARTS; part++)
      for (let salt = 0; salt < (part === 0 ? SALTS : 1); salt++)
        list.push(keys.answer(roomId, id, part, salt));
    known.set(place, list);
  }
  return list;
}

function ids(posts: readonly Post[]): string {
  return posts.map(({ message }) => message.id).join(', ');
}
