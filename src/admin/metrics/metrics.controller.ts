import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireAccess } from '../../access/scope';
import { Metrics } from './metrics.service';

@ApiTags('health')
@Controller('metrics')
@RequireAccess('local')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Figures for Prometheus',
    description:
      'Cores, modes, switchovers, waits, answers, trials and calls of tools, and the process itself; all names begin with `rdzen_`. Open on this machine; from elsewhere with a key of the scope read.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String, description: 'The text exposition format, version 0.0.4' })
  async text(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, body } = await this.metrics.text();
    void reply.header('content-type', contentType);
    return body;
  }
}
