import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../../access/may-be-absent';

/** A component of the catalogue, as a request names it. */
export abstract class ComponentChoice {
  @ApiProperty({ description: 'Name of a component of the catalogue, or its last part', example: 'time-mcp' })
  @IsString()
  @MaxLength(200)
  component!: string;

  @ApiPropertyOptional({ description: 'Exact; the newest where absent', example: '1.0.6' })
  @MayBeAbsent()
  @Matches(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, { message: 'version must be exact, such as 1.0.6' })
  @MaxLength(64)
  version?: string;
}
