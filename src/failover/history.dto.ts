import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { Transition } from '../core-registry/core.types';

export class HistoryQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'At most so many',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;
}

export class TransitionDto {
  @ApiProperty({ type: 'integer', description: 'Number of the switch; grows by one each time', example: 2 })
  epoch!: number;

  @ApiProperty({ type: 'integer', description: 'Core that was left' })
  from!: number;

  @ApiProperty({ type: 'integer', description: 'Core that became active' })
  to!: number;

  @ApiProperty({ description: 'When, ISO 8601' })
  at!: string;

  @ApiProperty({ description: 'Why', example: 'core 1 is down' })
  cause!: string;

  @ApiProperty({ description: 'What was seen', example: 'its process died (SIGKILL)' })
  evidence!: string;

  @ApiProperty({ description: '`automatic`, `api:<key id>` or `chat:<user id>`' })
  by!: string;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'From the first sign of trouble to the verdict, ms; of automatic switches',
  })
  detected_ms?: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'From the verdict to the switch, ms; of automatic switches',
  })
  switched_ms?: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'Longest time a question under way stood still over it, ms',
  })
  waited_ms?: number;
}

export function transitionDto({ at, waitedMs, detectedMs, switchedMs, ...rest }: Transition): TransitionDto {
  return {
    ...rest,
    at: new Date(at).toISOString(),
    ...(detectedMs === undefined ? {} : { detected_ms: detectedMs }),
    ...(switchedMs === undefined ? {} : { switched_ms: switchedMs }),
    ...(waitedMs === undefined ? {} : { waited_ms: waitedMs }),
  };
}
