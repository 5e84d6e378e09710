const PING_MS = 20_000;
const SILENCE_MS = 45_000;
const CALL_MS = 15_000;
const PROBE_MS = 2500;
const DENIED = [401, 403];

/** REST calls with the session's token. */
export class Rest {
  session = null;

  async get(path, query = {}) {
    const search = new URLSearchParams(query).toString();
    return this.call('GET', search ? `${path}?${search}` : path);
  }

  async post(path, body = {}) {
    return this.call('POST', path, body);
  }

  async call(method, path, body) {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    if (this.session) {
      headers['X-Auth-Token'] = this.session.authToken;
      headers['X-User-Id'] = this.session.userId;
    }
    const url = path.startsWith('/') ? path : `/api/v1/${path}`;
    const response = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(CALL_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) {
      const error = new Error(answer.error || response.statusText);
      throw Object.assign(error, { status: response.status, code: answer.errorType });
    }
    return answer;
  }
}

/**
 * The realtime connection: keeps itself alive, comes back after a loss, subscribes again. What the browser says of the
 * network is a hint and no more: our own machine is reached without one. When the network, or the reader, comes back,
 * it tries at once.
 */
export class Realtime {
  /** @param on `{live(), down(offline), denied(), event(stream, key, args)}` */
  constructor(on) {
    this.on = on;
    this.subscriptions = new Map();
    this.counter = 0;
    this.failures = 0;
    this.stopped = true;
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.probe());
    document.addEventListener('visibilitychange', () => !document.hidden && this.hurry());
  }

  start(token) {
    this.token = token;
    this.stopped = false;
    this.open();
  }

  /** What was waited for may have come. */
  hurry() {
    this.probe();
    if (this.stopped || this.live || this.socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.retry);
    this.failures = 0;
    this.open();
  }

  /** Something may have happened to the connection: it has to show soon that it lives. */
  probe() {
    if (!this.live) return;
    const { socket } = this;
    this.send({ msg: 'ping', id: this.nextId() });
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => {
      if (socket === this.socket) this.breakOff();
    }, PROBE_MS);
  }

  /** The socket is dead, though nobody has told it. */
  breakOff() {
    if (this.stopped) return;
    this.socket.onclose = null;
    this.socket.close();
    this.lost();
  }

  stop() {
    this.stopped = true;
    this.subscriptions.clear();
    clearTimeout(this.retry);
    clearInterval(this.heartbeat);
    clearTimeout(this.deadline);
    this.socket?.close();
  }

  /** @returns a function that ends the subscription. */
  subscribe(stream, key) {
    const id = this.nextId();
    this.subscriptions.set(id, { stream, key });
    if (this.live) this.sendSubscription(id, stream, key);
    return () => {
      this.subscriptions.delete(id);
      if (this.live) this.send({ msg: 'unsub', id });
    };
  }

  typing(roomId, username, active, threadId) {
    if (!this.live) return;
    const params = [
      `${roomId}/user-activity`,
      username,
      active ? ['user-typing'] : [],
      threadId ? { tmid: threadId } : {},
    ];
    this.send({ msg: 'method', id: this.nextId(), method: 'stream-notify-room', params });
  }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/websocket`);
    this.socket = socket;
    this.live = false;
    this.heard = Date.now();
    socket.onopen = () => socket.send(JSON.stringify({ msg: 'connect', version: '1', support: ['1'] }));
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      this.heard = Date.now();
      clearTimeout(this.deadline);
      this.received(JSON.parse(data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => this.beat(socket), PING_MS);
  }

  beat(socket) {
    if (Date.now() - this.heard > SILENCE_MS) {
      if (socket === this.socket) this.breakOff();
    } else if (this.live) this.send({ msg: 'ping', id: this.nextId() });
  }

  lost() {
    clearInterval(this.heartbeat);
    clearTimeout(this.deadline);
    this.live = false;
    if (this.stopped) return;
    this.on.down(!navigator.onLine);
    clearTimeout(this.retry);
    const wait = Math.min(8000, 500 * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.failures += 1;
    this.retry = setTimeout(() => this.open(), wait);
  }

  received(frame) {
    switch (frame.msg) {
      case 'connected':
        this.loginId = this.nextId();
        this.send({ msg: 'method', id: this.loginId, method: 'login', params: [{ resume: this.token }] });
        break;
      case 'ping':
        this.send(frame.id === undefined ? { msg: 'pong' } : { msg: 'pong', id: frame.id });
        break;
      case 'result':
        if (frame.id === this.loginId) this.loggedIn(frame);
        break;
      case 'changed':
        this.on.event(frame.collection, frame.fields.eventName, frame.fields.args);
        break;
    }
  }

  loggedIn(frame) {
    if (DENIED.includes(frame.error?.error)) {
      this.stop();
      this.on.denied();
      return;
    }
    // Any other failure is the server's own, and may pass.
    if (frame.error) {
      this.breakOff();
      return;
    }
    this.live = true;
    this.failures = 0;
    for (const [id, { stream, key }] of this.subscriptions) this.sendSubscription(id, stream, key);
    this.on.live();
  }

  sendSubscription(id, stream, key) {
    this.send({
      msg: 'sub',
      id,
      name: `stream-${stream}`,
      params: [key, { useCollection: false, args: [] }],
    });
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  nextId() {
    this.counter += 1;
    return `p${this.counter}`;
  }
}

/** Dates are ISO text over REST and `{$date}` over the socket. */
export function timeOf(value) {
  if (value == null) return 0;
  return typeof value === 'object' ? value.$date : Date.parse(value);
}

export function newId() {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';
  return Array.from(
    crypto.getRandomValues(new Uint8Array(17)),
    (byte) => alphabet[byte % alphabet.length],
  ).join('');
}
