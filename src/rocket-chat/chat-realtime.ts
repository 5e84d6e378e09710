import type { ChatMessage, MessageMeta } from './chat-types';

export interface RealtimeListener {
  /** Logged in, subscribed to `__my_messages__`, and the server said ready. Messages may have come already. */
  live(generation: number): void;
  message(message: ChatMessage, meta: MessageMeta, generation: number): void;
  /** A room was joined (`inserted`), changed or left (`removed`). */
  subscriptionChanged(change: 'inserted' | 'updated' | 'removed', roomId: string, generation: number): void;
  /** The connection is gone; another try follows by itself. */
  down(reason: string, generation: number): void;
}

/**
 * The DDP side. After {@link start} it keeps a connection for ever: connect, resume login, subscribe, wait for ready,
 * tell `live`; on any loss tell `down`, wait (1-30 s, exponential, jitter) and begin a new generation. Frames of an old
 * generation are never delivered.
 */
export abstract class ChatRealtime {
  abstract start(listener: RealtimeListener): void;
  abstract stop(): Promise<void>;
  /** Drops the connection, if any, and connects again at once. */
  abstract reconnect(reason: string): void;
  abstract get connected(): boolean;
  /** Shows or hides our typing indicator; best effort, never rejects, at most about one frame a second. */
  abstract typing(roomId: string, active: boolean, threadId?: string): void;
}
