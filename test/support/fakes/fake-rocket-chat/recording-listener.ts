import type { RealtimeListener } from '../../../../src/rocket-chat/chat-realtime';

/** Writes down what the realtime client tells, a line each, ending with the generation. */
export class RecordingListener implements RealtimeListener {
  readonly log: string[] = [];
  onMessage: () => void = () => undefined;
  live = (generation: number): void => void this.log.push(`live ${generation}`);
  readonly reasons: string[] = [];
  down = (reason: string, generation: number): void => {
    this.reasons.push(reason);
    this.log.push(`down ${generation}`);
  };
  message: RealtimeListener['message'] = (message, meta, generation) => {
    this.log.push(`${message.text} ${meta.roomType}${meta.participant ? '' : ' unjoined'} ${generation}`);
    this.onMessage();
  };
  subscriptionChanged: RealtimeListener['subscriptionChanged'] = (change, roomId, generation) =>
    void this.log.push(`${change} ${roomId} ${generation}`);

  has(entry: string): boolean {
    return this.log.includes(entry);
  }
}
