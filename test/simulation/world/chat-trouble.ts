import { ChatError } from '../../../src/rocket-chat/chat-error';
import type { Clock } from '../../../src/shared/clock';
import type { Dice } from './dice';

/** What can be wrong with the REST side for a while. */
export const REST_TROUBLES = [
  'outage',
  'lost-requests',
  'lost-replies',
  'rate-limit',
  'slow-replies',
  'post-veto',
  'room-refused',
  'unauthorized',
] as const;
export type RestTrouble = (typeof REST_TROUBLES)[number];
/** What can be wrong with the socket for a while. */
export type SocketTrouble = 'lossy' | 'silent' | 'nosub' | 'disorder' | 'doubled';

/** How one call fares: how long it takes each way, and where it fails. */
export interface Fate {
  thereMs: number;
  backMs: number;
  /** Instead of being done. */
  refused?: ChatError;
  /** It was done, only nobody hears of it. */
  lost?: ChatError;
}

/** What the server says where an app of its workspace will not have a message. */
export const VETO = 'the message was not stored';
const REST: ReadonlySet<string> = new Set(REST_TROUBLES);
const ROOM_READS: ReadonlySet<string> = new Set(['syncMessages', 'room', 'history', 'threadMessages']);
const WRITES: ReadonlySet<string> = new Set(['sendMessage', 'updateMessage']);

/** What is wrong with the chat server at the moment, and what that does to a call. */
export class ChatTrouble {
  readonly rest = new Set<RestTrouble>();
  readonly socket = new Set<SocketTrouble>();

  /** Monotonic ms of the last time that something got better. */
  private calmSince = 0;
  /** Monotonic ms of the last time that a room of ours was not to be read. */
  refusedRoomAt = -Infinity;

  constructor(
    private readonly dice: Dice,
    private readonly clock: Clock,
  ) {}

  /** Two troubles of one kind that overlap end with the first: chance is not worth counting them. */
  begin(trouble: RestTrouble | SocketTrouble): () => void {
    const among: Set<string> = REST.has(trouble) ? this.rest : this.socket;
    among.add(trouble);
    return () => {
      among.delete(trouble);
      this.calmSince = this.clock.monotonic();
    };
  }

  /** For how long nothing has been wrong. */
  get calmMs(): number {
    return this.rest.size + this.socket.size > 0 ? 0 : this.clock.monotonic() - this.calmSince;
  }

  heal(): void {
    this.calmSince = this.clock.monotonic();
    this.rest.clear();
    this.socket.clear();
  }

  fate(method: string): Fate {
    const { dice, rest } = this;
    const fate: Fate = { thereMs: dice.whole(1, 15), backMs: dice.whole(1, 15) };
    if (rest.has('slow-replies') && dice.chance(0.5)) fate.backMs = dice.whole(200, 6_000);
    if (rest.has('outage')) fate.refused = new ChatError('unreachable', 'connect ECONNREFUSED');
    else if (rest.has('lost-requests') && dice.chance(0.4))
      fate.refused = new ChatError('unreachable', 'socket hang up, the request went nowhere');
    else if (rest.has('rate-limit') && dice.chance(0.5))
      fate.refused = new ChatError('rate-limited', 'too-many-requests', {
        status: 429,
        retryAfterMs: dice.whole(500, 8_000),
      });
    else if (rest.has('unauthorized') && dice.chance(0.4))
      fate.refused = new ChatError('unauthorized', 'You must be logged in to do this.');
    else if (rest.has('post-veto') && method === 'sendMessage' && dice.chance(0.4))
      fate.refused = new ChatError('bad-request', VETO);
    else if (rest.has('room-refused') && ROOM_READS.has(method) && dice.chance(0.5)) {
      this.refusedRoomAt = this.clock.monotonic();
      fate.refused = new ChatError('forbidden', 'Not allowed');
    }
    // Reads lose their replies as well, but nothing is in doubt there.
    if (rest.has('lost-replies') && dice.chance(WRITES.has(method) ? 0.6 : 0.2)) {
      const kind = dice.chance(0.5) ? 'timeout' : 'unreachable';
      fate.lost = new ChatError(kind, 'the reply was lost');
      if (kind === 'timeout') fate.backMs += 3_000;
    }
    return fate;
  }
}
