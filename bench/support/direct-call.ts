import { Agent, request } from 'node:http';
import type { ChatRequest } from '../../src/ollama/ollama-api';
import { stamp } from './clock';

/**
 * The call as a program makes it that does nothing else: a plain request on a connection of its own.
 *
 * @returns {@link stamp} of the request and of the first piece of the answer.
 */
export function directCall(
  url: string,
  { model, messages, options, keepAlive }: ChatRequest,
  mark: string,
): Promise<{ asked: number; firstText: number }> {
  const marked = messages.map((message, index) =>
    index === messages.length - 1 ? { ...message, content: `#${mark}: how are you today?` } : message,
  );
  const body = JSON.stringify({ model, messages: marked, options, keep_alive: keepAlive, stream: true });
  return new Promise((resolve, reject) => {
    const asked = stamp();
    const call = request(`${url}/api/chat`, {
      method: 'POST',
      agent: new Agent({ keepAlive: false }),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      let firstText = 0;
      response.on('data', () => (firstText ||= stamp()));
      response.on('end', () => resolve({ asked, firstText }));
      response.on('error', reject);
    });
    call.end(body);
  });
}
