import { questionsIn } from '../world/answers';
import { isTerminal, type Asked, type Post } from '../world/ledger';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/**
 * I3: the questions of a room or thread are answered in the order they were asked. One that was heard only after a later
 * one (its event was lost) may come behind it; one that was heard before it may not.
 */
export const ROOM_ORDER: Invariant = {
  name: 'I3 order in each room',

  onPost({ ledger, skewMs }: World, post: Post): Verdict {
    if (post.texts.length > 1) return undefined;
    for (const number of questionsIn(post.message.text)) {
      const asked = ledger.byNumber.get(number);
      const row = ledger.rows.get(asked?.id ?? '');
      if (!asked || !row) continue;
      for (const other of ledger.byNumber.values()) {
        const earlier = samePlace(asked, other) ? ledger.rows.get(other.id) : undefined;
        if (!earlier || earlier.order >= row.order || earlier.at > row.at) continue;
        // Of two stamped alike the one accepted first comes first, which a clock that was set cannot tell.
        if (earlier.at === row.at && skewMs !== 0) continue;
        if (!isTerminal(earlier.state))
          return `the answer to ${row.id} began while ${other.id}, asked and heard before it, is ${earlier.state}`;
      }
    }
    return undefined;
  },
};

function samePlace(one: Asked, other: Asked): boolean {
  return one.roomId === other.roomId && one.threadId === other.threadId;
}
