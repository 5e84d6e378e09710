import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EventBus } from '../events/event-bus';
import './sandbox.events';
import type { TrialRow } from './trial-journal';

/** Progress of one trial as server-sent events, until it ends or the listener leaves. Source: WHATWG HTML, 9.2. */
@Injectable()
export class TrialProgressStream {
  constructor(private readonly bus: EventBus) {}

  serve(row: TrialRow, reply: FastifyReply): void {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
    });
    const send = (event: string, data: object): void => {
      raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const leave: (() => void)[] = [];
    const end = (verdict: string | undefined): void => {
      for (const each of leave.splice(0)) each();
      send('end', { id: row.id, verdict });
      raw.end();
    };
    if (row.endedAt !== undefined) {
      end(row.verdict);
      return;
    }
    leave.push(
      this.bus.on('trial.checked', ({ id, check, of }) => {
        if (id === row.id) send('check', { ...check, of });
      }),
      this.bus.on('trial.ended', ({ id, verdict }) => {
        if (id === row.id) end(verdict);
      }),
    );
    raw.on('close', () => {
      for (const each of leave.splice(0)) each();
    });
  }
}
