import { PostService, type PostOutcome } from '../../src/chat-gateway/post.service';
import type { OutgoingMessage } from '../../src/rocket-chat/chat-types';
import { stamp } from './clock';

/** When the first text of an answer came to the service that posts it, by the answer's room or thread. */
export function notePosts(posts: PostService): Map<string, number> {
  const first = new Map<string, number>();
  const ensure = posts.ensure.bind(posts);
  posts.ensure = (message: OutgoingMessage, mayStand: boolean): Promise<PostOutcome> => {
    const place = message.threadId ?? message.roomId;
    if (!first.has(place)) first.set(place, stamp());
    return ensure(message, mayStand);
  };
  return first;
}
