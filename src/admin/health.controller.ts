import { Controller, Get, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireAccess } from '../access/scope';
import { StatusService } from './status.service';

export class LiveDto {
  @ApiProperty({ example: 'ok' })
  status!: string;
}

export class ReadyDto {
  @ApiProperty({ enum: ['ready', 'not ready'] })
  status!: string;

  @ApiProperty({ description: 'Connected with the chat server' })
  chat!: boolean;

  @ApiProperty({ enum: ['NORMAL', 'SINGLE', 'BLACKOUT'] })
  mode!: string;
}

@ApiTags('health')
@Controller('health')
@RequireAccess('open')
export class HealthController {
  constructor(private readonly status: StatusService) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs' })
  @ApiOkResponse({ type: LiveDto })
  live(): LiveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Questions can be taken in and answered' })
  @ApiOkResponse({ type: ReadyDto })
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
