import { timeOf } from './connection.mjs';
import { actionButton, avatar, make, morph, onAction } from './dom.mjs';
import { say, sayCount } from './texts.mjs';

/** The rooms a person is in: channels first, then direct messages, each with what is unread. */
export class RoomList {
  constructor(box, { botName, onOpen }) {
    Object.assign(this, { box, botName });
    this.rooms = new Map();
    onAction(box, (_action, { dataset }) => {
      const room = this.rooms.get(dataset.room);
      if (room) onOpen(room);
    });
  }

  get(roomId) {
    return this.rooms.get(roomId);
  }

  first() {
    return this.sorted('d')[0] ?? this.sorted('c')[0];
  }

  /** What was told meanwhile is newer than an answer that was on its way. */
  replaceAll(subscriptions) {
    const before = this.rooms;
    const newer = ({ rid, _updatedAt }) => timeOf(before.get(rid)?._updatedAt) > timeOf(_updatedAt);
    this.rooms = new Map(
      subscriptions.map((subscription) => [
        subscription.rid,
        newer(subscription) ? before.get(subscription.rid) : { ...subscription },
      ]),
    );
    this.render();
  }

  put(subscription) {
    const known = this.rooms.get(subscription.rid);
    this.rooms.set(subscription.rid, { ...subscription, touched: known?.touched });
    this.render();
  }

  touch(roomId) {
    const room = this.rooms.get(roomId);
    if (room) room.touched = Date.now();
  }

  remove(roomId) {
    this.rooms.delete(roomId);
    this.render();
  }

  select(roomId) {
    this.selected = roomId;
    this.render();
  }

  sorted(kind) {
    const rooms = [...this.rooms.values()].filter((room) => (kind === 'd' ? room.t === 'd' : room.t !== 'd'));
    const time = (room) => room.touched ?? timeOf(room._updatedAt);
    return rooms.sort((a, b) => (kind === 'd' ? time(b) - time(a) : a.name.localeCompare(b.name)));
  }

  render() {
    const focused = this.box.contains(document.activeElement) && document.activeElement.dataset.room;
    morph(this.box, [
      ...this.section(say('channels'), this.sorted('c')),
      ...this.section(say('directMessages'), this.sorted('d')),
    ]);
    // Rooms change places; the focus goes along.
    if (focused) [...this.box.children].find(({ dataset }) => dataset.room === focused)?.focus();
  }

  section(title, rooms) {
    return rooms.length === 0 ? [] : [make('h3', '', title), ...rooms.map((room) => this.row(room))];
  }

  row(room) {
    const row = actionButton('room', undefined, 'open');
    row.dataset.room = room.rid;
    const direct = room.t === 'd';
    const label = direct ? room.fname || room.name : room.name;
    const sign = direct
      ? avatar({ username: room.name, name: label }, room.name === this.botName, 'small')
      : make('span', 'sign', '#');
    sign.setAttribute('aria-hidden', 'true');
    row.append(sign, make('span', 'label', label));
    const unread = room.alert || room.unread > 0;
    row.classList.toggle('unread', unread);
    if (unread) row.append(...this.marks(room));
    if (room.rid === this.selected) row.setAttribute('aria-current', 'true');
    return row;
  }

  /** A count where the person is meant, a mark where only something was said; each with words for those who listen. */
  marks(room) {
    const mentioned = room.t !== 'd' && room.userMentions + room.groupMentions > 0;
    if (!(room.unread > 0)) return [make('span', 'mark'), make('span', 'unseen', say('unread'))];
    const badge = make(
      'span',
      mentioned ? 'badge mentioned' : 'badge',
      `${mentioned ? '@' : ''}${room.unread}`,
    );
    badge.setAttribute('aria-hidden', 'true');
    const words = sayCount('unreadCount', room.unread);
    return [badge, make('span', 'unseen', mentioned ? `${words}, ${say('mentioned')}` : words)];
  }

  /** The room above or below the selected one, as they stand on the page. */
  neighbour(step) {
    const order = [...this.sorted('c'), ...this.sorted('d')];
    const at = order.findIndex(({ rid }) => rid === this.selected);
    return order[(at + step + order.length) % order.length];
  }

  byName(name) {
    return [...this.rooms.values()].find((room) => room.t !== 'd' && room.name === name);
  }

  /** How many rooms hold something unread that is meant for the person. */
  get calls() {
    return [...this.rooms.values()].reduce((sum, { unread }) => sum + (unread > 0 ? unread : 0), 0);
  }
}
