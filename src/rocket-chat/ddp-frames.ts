import { listOf, recordOf, stringsOf, textOf } from './wire-values';

/** What a server says on the socket, as far as we listen. */
export type DdpFrame =
  | { kind: 'connected' }
  | { kind: 'failed'; version: string }
  | { kind: 'ping'; id?: string }
  | { kind: 'pong' }
  | { kind: 'result'; id: string; result: unknown; error: unknown }
  | { kind: 'ready'; subs: string[] }
  | { kind: 'nosub'; id: string; error: unknown }
  | { kind: 'event'; collection: string; eventName: string; args: readonly unknown[] };

/** Undefined for what is no frame and for frames we have no use for (`server_id`, `added`, `updated`, ...). */
export function parseDdpFrame(text: string): DdpFrame | undefined {
  const wire = recordOf(jsonOf(text));
  const id = textOf(wire?.['id']);
  switch (wire?.['msg']) {
    case 'connected':
      return { kind: 'connected' };
    case 'failed':
      return { kind: 'failed', version: textOf(wire['version']) ?? '?' };
    case 'ping':
      return { kind: 'ping', ...(id && { id }) };
    case 'pong':
      return { kind: 'pong' };
    case 'result':
      return id ? { kind: 'result', id, result: wire['result'], error: wire['error'] } : undefined;
    case 'ready':
      return { kind: 'ready', subs: stringsOf(wire['subs']) };
    case 'nosub':
      return id ? { kind: 'nosub', id, error: wire['error'] } : undefined;
    case 'changed': {
      const collection = textOf(wire['collection']);
      const fields = recordOf(wire['fields']);
      const eventName = textOf(fields?.['eventName']);
      return collection && eventName
        ? { kind: 'event', collection, eventName, args: listOf(fields?.['args']) }
        : undefined;
    }
    default:
      return undefined;
  }
}

export const ddpFrames = {
  connect: (): string => JSON.stringify({ msg: 'connect', version: '1', support: ['1', 'pre2', 'pre1'] }),
  ping: (): string => JSON.stringify({ msg: 'ping' }),
  /** The id is echoed if there is one, and only then. */
  pong: (id?: string): string => JSON.stringify({ msg: 'pong', ...(id && { id }) }),
  method: (id: string, method: string, params: readonly unknown[]): string =>
    JSON.stringify({ msg: 'method', id, method, params }),
  /** A stream subscription; the option record is what the vendor's own client sends. */
  sub: (id: string, name: string, eventName: string): string =>
    JSON.stringify({ msg: 'sub', id, name, params: [eventName, { useCollection: false, args: [] }] }),
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
