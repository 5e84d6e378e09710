const LASTS_MS = 15_000;

/** Who types where; an entry that is not renewed ends by itself. */
export class TypingBoard {
  /** @param onChange is told room and thread */
  constructor(onChange) {
    this.onChange = onChange;
    this.timers = new Map();
  }

  set(roomId, threadId, name, active) {
    const key = JSON.stringify([roomId, threadId ?? '', name]);
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (active) {
      const end = () => this.set(roomId, threadId, name, false);
      this.timers.set(key, setTimeout(end, LASTS_MS));
    }
    this.onChange(roomId, threadId);
  }

  names(roomId, threadId) {
    return [...this.timers.keys()]
      .map((key) => JSON.parse(key))
      .filter(([room, thread]) => room === roomId && thread === (threadId ?? ''))
      .map(([, , name]) => name);
  }
}
