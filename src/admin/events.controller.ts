import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { Matches, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiErrors } from '../access/api-errors';
import { MayBeAbsent } from '../access/may-be-absent';
import { RequireAccess } from '../access/scope';
import type { KeyHolder } from './api-keys.service';
import { EventStream } from './event-stream';
import { EVENT_NAMES, EVENT_TOPICS, type EventTopic } from './told-events';

const TOPICS = new RegExp(`^(${EVENT_TOPICS.join('|')})(,(${EVENT_TOPICS.join('|')}))*$`);

export class EventsQuery {
  @ApiPropertyOptional({
    description: `What the events are about, comma-separated: ${EVENT_TOPICS.join(', ')}; all where absent`,
    example: 'component,tool',
  })
  @MayBeAbsent()
  @Matches(TOPICS, { message: `about must be one or more of ${EVENT_TOPICS.join(', ')}, comma-separated` })
  @MaxLength(100)
  about?: string;
}

const EXAMPLE = [
  'id: k3R9xq-12',
  'event: tool.called',
  'data: {"component":"io.github.someone/time-mcp","version":"1.0.6","lock_id":"Zk3","tool":"current_time","outcome":"ok","ms":12,"at":"2026-11-29T06:00:00.000Z","room_id":"GENERAL"}',
  '',
].join('\n');

@ApiTags('components')
@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly stream: EventStream) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({
    summary: 'What happens to components, as it happens (server-sent events)',
    description: `Events: ${EVENT_NAMES.map((name) => `\`${name}\``).join(', ')}. Their data is JSON, \`at\` its time. \`room_id\` of a call is told to keys of scope operate only. A comment comes every 15 seconds; after 15 minutes the stream ends, and whoever comes again with \`Last-Event-ID\` gets what was missed, of the last 200 events. Where that cannot be told, the first event is \`reset\`: read the state anew.`,
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Of the last event that was read' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'Events, until the listener leaves',
    content: { 'text/event-stream': { schema: { type: 'string', example: EXAMPLE } } },
  })
  @ApiErrors('BAD_REQUEST')
  listen(
    @Query() { about }: EventsQuery,
    @Headers('last-event-id') after: string | undefined,
    @Req() request: FastifyRequest & { holder?: KeyHolder },
    @Res() reply: FastifyReply,
  ): void {
    this.stream.serve(
      {
        scope: request.holder?.scope ?? 'read',
        topics: about === undefined ? EVENT_TOPICS : (about.split(',') as EventTopic[]),
        ...(after === undefined ? {} : { after }),
      },
      reply,
    );
  }
}
