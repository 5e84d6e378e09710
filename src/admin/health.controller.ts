import { Controller, Get, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { MODES } from '../failover/cluster-modes';
import { RequireAccess } from '../access/scope';
import { StatusService } from './status.service';

export class LiveDto {
  @ApiProperty({ enum: ['ok'], description: 'Always the same' })
  status!: string;
}

export class ReadyDto {
  @ApiProperty({ enum: ['ready', 'not ready'], description: 'The verdict in words' })
  status!: string;

  @ApiProperty({ description: 'Connected with the chat server' })
  chat!: boolean;

  @ApiProperty({ enum: MODES, description: 'As in /status' })
  mode!: string;
}

@ApiTags('health')
@Controller('health')
@RequireAccess('open')
export class HealthController {
  constructor(private readonly status: StatusService) {}

  @Get('live')
  @ApiOperation({
    summary: 'Whether the process runs',
    description: 'For a liveness probe: says nothing about the chat server or the cores.',
  })
  @ApiOkResponse({ type: LiveDto, description: 'It runs' })
  live(): LiveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether questions can be taken in and answered',
    description:
      'For a readiness probe: 200 while the assistant is connected with the chat server and a core can answer, else 503 in the same shape.',
  })
  @ApiOkResponse({ type: ReadyDto, description: 'Ready' })
  @ApiServiceUnavailableResponse({
    type: ReadyDto,
    description: 'Not connected with the chat server, or no core can answer',
  })
  ready(@Res({ passthrough: true }) reply: FastifyReply): ReadyDto {
    const { ready } = this.status;
    if (!ready) void reply.status(503);
    return {
      status: ready ? 'ready' : 'not ready',
      chat: this.status.chatConnected,
      mode: this.status.now().mode,
    };
  }
}
