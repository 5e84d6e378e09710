import type { Duplex } from 'node:stream';
import type { FakeContainer } from './fake-container';
import { Refusal } from './refusal';
import { isTrue } from './routes';

/** `POST /containers/{id}/attach`: the connection becomes the container's stdin and, in frames, its output. */
export function attach(container: FakeContainer, query: URLSearchParams, socket: Duplex, head: Buffer): void {
  if (container.status === 'paused')
    throw new Refusal(409, `Container ${container.id} is paused, unpause the container before attach.`);
  socket.write(
    'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
  );
  container.tellAttached();
  if (isTrue(query, 'stdout') || isTrue(query, 'stderr')) container.output.attach(socket);
  if (!isTrue(query, 'stdin')) {
    socket.resume();
    return;
  }
  if (head.length > 0) socket.unshift(head);
  void container.alive().then(({ stdin }) => {
    if (stdin) socket.pipe(stdin, { end: container.config.StdinOnce === true });
    else socket.resume();
  });
}
