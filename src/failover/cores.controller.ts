import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { ApiErrors } from '../access/api-errors';
import { RequireAccess } from '../access/scope';
import { CoreDrill } from './core-drill.service';

export class CoreParams {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 99, description: 'Number of the core', example: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(99)
  id!: number;
}

export class KilledCoreDto {
  @ApiProperty({ type: 'integer', description: 'The core whose process was ended', example: 1 })
  id!: number;

  @ApiProperty({ type: 'integer', description: 'Process id it had' })
  pid!: number;
}

@ApiTags('failover')
@Controller('api/v1/cores')
export class CoresController {
  constructor(private readonly drill: CoreDrill) {}

  @Post(':id/kill')
  @HttpCode(200)
  @RequireAccess('operate')
  @ApiOperation({
    summary: "Kill a core's process, to see the failover",
    description:
      'SIGKILL, as a crash would end it. Answers under way go on at the other core; the killed one is started again by itself. Only for cores that Rdzen runs.',
  })
  @ApiOkResponse({ type: KilledCoreDto, description: 'The signal was sent' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND', 'CORE_NOT_KILLABLE')
  async kill(
    @Param() { id }: CoreParams,
    @Req() request: { holder?: { id: string } },
  ): Promise<KilledCoreDto> {
    return { id, pid: await this.drill.kill(id, `api:${request.holder?.id ?? 'unknown'}`) };
  }
}
