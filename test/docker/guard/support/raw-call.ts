import { connect } from 'node:net';
import { request } from 'node:http';

export interface Answered {
  status: number;
  text: string;
}

/** A call as it stands, without a client's help. */
export function rawCall(socketPath: string, method: string, path: string, body?: unknown): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const call = request({
      socketPath,
      method,
      path,
      agent: false,
      headers:
        text === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
    });
    call.on('response', (answer) => {
      let all = '';
      answer.on('data', (chunk: Buffer) => (all += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: all }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(text);
  });
}

/** Bytes as they are; @returns what came until the other side ended, or a second of silence. */
export function rawBytes(socketPath: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let all = '';
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', (chunk) => (all += chunk.toString()));
    socket.on('close', () => resolve(all));
    socket.on('error', reject);
    socket.write(bytes);
  });
}
