import { ApiProperty } from '@nestjs/swagger';
import { iso } from '../shared/iso-time';
import type { KeptDataUse } from '../tools/kept-data';
import { type ComponentUseSum, errorRate, type MemoryNow, USE_DAYS } from './installed-use';

const MIB = 2 ** 20;

export class UseDto {
  @ApiProperty({ type: 'integer', description: 'Over how many days, today included', example: 7 })
  days!: number;
  @ApiProperty({ type: 'integer', description: 'Calls of its tools, those that people gave up left out' })
  calls!: number;
  @ApiProperty({ type: 'integer', description: 'How many of them failed' })
  errors!: number;
  @ApiProperty({ description: 'The same in percent', example: 2.5 })
  error_rate!: number;
}

export class ToolUseDto {
  @ApiProperty({ description: 'As its server calls it', example: 'current_time' })
  tool!: string;
  @ApiProperty({ type: 'integer', description: 'Calls' })
  calls!: number;
  @ApiProperty({ type: 'integer', description: 'How many of them failed' })
  errors!: number;
  @ApiProperty({ description: 'The same in percent', example: 2.5 })
  error_rate!: number;
  @ApiProperty({
    type: 'integer',
    description: '95 % of them took at most this long, ms; a fifth off at most',
  })
  p95_ms!: number;
}

export class DetailUseDto extends UseDto {
  @ApiProperty({ type: [ToolUseDto], description: 'Those that were called, most first' })
  tools!: ToolUseDto[];
}

export class MemoryDto {
  @ApiProperty({ type: 'integer', description: 'What it takes, MiB' })
  used_mib!: number;
  @ApiProperty({ type: 'integer', description: 'What it may take, MiB' })
  limit_mib!: number;
}

export class KeptDto {
  @ApiProperty({ description: 'What it keeps, MiB; where `over` is true, at least that', example: 3.5 })
  used_mib!: number;
  @ApiProperty({ type: 'integer', description: 'What it may keep, MiB' })
  limit_mib!: number;
  @ApiProperty({ description: 'Whether it is more; its tools that write are not called meanwhile' })
  over!: boolean;
  @ApiProperty({ format: 'date-time', description: 'When it was measured' })
  measured_at!: string;
}

export function useDto({ calls, errors }: { calls: number; errors: number }): UseDto {
  return { days: USE_DAYS, calls, errors, error_rate: errorRate({ calls, errors }) };
}

export function detailUseDto(use: ComponentUseSum): DetailUseDto {
  return {
    ...useDto(use),
    tools: use.tools.map(({ tool, calls, errors, p95 }) => ({
      ...{ tool, calls, errors, error_rate: errorRate({ calls, errors }), p95_ms: p95 },
    })),
  };
}

export function memoryDto({ usedMiB, limitMiB }: MemoryNow): MemoryDto {
  return { used_mib: usedMiB, limit_mib: limitMiB };
}

export function keptDto({ bytes, limitBytes, isOver, measuredAt }: KeptDataUse): KeptDto {
  return {
    ...{ used_mib: Math.round((bytes / MIB) * 10) / 10, limit_mib: limitBytes / MIB, over: isOver },
    measured_at: iso(measuredAt),
  };
}
