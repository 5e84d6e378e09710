const LOOKED_AT_MS = 1000;
const ASIDE_MS = 4000;
const BUSY_ASIDE_MS = 1500;

/** Asks for the state of the cores: each second while they are looked at, less often else, never in a hidden page. */
export class CoresFeed {
  /** @param on is given each view as the server tells it */
  constructor(rest, on) {
    Object.assign(this, { rest, on });
    this.watched = false;
    document.addEventListener('visibilitychange', () => this.again(0));
  }

  start() {
    this.again(0);
  }

  /** @param watched whether the panel is open */
  watch(watched) {
    this.watched = watched;
    this.again(0);
  }

  again(inMs) {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => void this.ask(), inMs);
  }

  async ask() {
    let waiting = false;
    try {
      const view = await this.rest.get('/embedded/cores');
      waiting = view.preparing !== undefined;
      this.on(view);
    } catch {
      this.on({ cores: [], reachable: false, can_kill: false });
    }
    this.again(this.watched ? LOOKED_AT_MS : waiting ? BUSY_ASIDE_MS : ASIDE_MS);
  }
}
