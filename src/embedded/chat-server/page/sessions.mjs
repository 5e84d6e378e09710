import { forget, keep, kept } from './storage.mjs';

const CURRENT = 'rdzen-chat-session';
const KNOWN = 'rdzen-chat-names';
const LEFT = 'rdzen-chat-left';
const MOST = 20;

const plain = (name) => name.trim().replace(/\s+/g, ' ').toLowerCase();

/**
 * Who is here, and who was: a token makes its name ours again, so each name keeps its own when somebody else comes in
 * between. An administrator's goes when they leave.
 */
export class Sessions {
  /** Whoever came in last, also when they have left; without a token it is only a name. */
  get last() {
    return kept(CURRENT, null);
  }

  /** Whoever came in and has not left. */
  get current() {
    return !kept(LEFT, false) && this.last?.authToken ? this.last : null;
  }

  /** @returns what was kept of whoever came in under that name, as they wrote it or as they were called then */
  of(name) {
    const same = ({ wished, session }) =>
      [wished, session.name, session.username].some((known) => plain(known ?? '') === plain(name));
    const { last } = this;
    const all = last?.authToken ? [...this.known, { session: last }] : this.known;
    return all.find(same)?.session ?? null;
  }

  entered(wished, session) {
    keep(CURRENT, session);
    keep(KNOWN, [{ wished, session }, ...this.others(session)].slice(0, MOST));
    forget(LEFT);
  }

  leave() {
    const { last } = this;
    keep(LEFT, true);
    if (last?.admin) this.forget(last);
  }

  /** The token is worth nothing any more. */
  denied() {
    if (this.last) this.forget(this.last);
  }

  forget(session) {
    keep(CURRENT, { name: session.name });
    keep(KNOWN, this.others(session));
  }

  get known() {
    return kept(KNOWN, []);
  }

  others({ userId }) {
    return this.known.filter(({ session }) => session.userId !== userId);
  }
}
