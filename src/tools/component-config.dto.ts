import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject } from 'class-validator';
import type { ConfigEntry } from './component-config';

export class ConfigBody {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Values by name, as texts; an empty text takes one away. All of them are set, or none',
    example: { API_TOKEN: 'value' },
  })
  @IsObject()
  values!: Record<string, string>;
}

export class ConfigEntryDto {
  @ApiProperty({ description: 'Name of the variable', example: 'API_TOKEN' })
  name!: string;
  @ApiPropertyOptional({ description: 'What the manifest says of it' })
  description?: string;
  @ApiProperty({ description: 'Without it the component is not started' })
  required!: boolean;
  @ApiProperty({ description: 'Its value is never told again' })
  secret!: boolean;
  @ApiProperty({ enum: ['string', 'number', 'boolean', 'filepath'], description: 'What a value must be' })
  format!: ConfigEntry['format'];
  @ApiPropertyOptional({ description: 'Used where nothing is set' })
  default?: string;
  @ApiProperty({ description: 'It has a value' })
  set!: boolean;
  @ApiPropertyOptional({ description: 'Who set it', example: 'api:k3R9xq' })
  set_by?: string;
  @ApiPropertyOptional({ description: 'What that person or key went by then', example: '@ann' })
  set_by_name?: string;
  @ApiPropertyOptional({ description: 'When, ISO 8601' })
  set_at?: string;
}

export class ConfigDto {
  @ApiProperty({ description: 'Its whole name', example: 'io.github.someone/time-mcp' })
  component!: string;
  @ApiProperty({ type: [ConfigEntryDto], description: 'What it can be told' })
  settings!: ConfigEntryDto[];
}

export function configDto({ component, entries }: { component: string; entries: ConfigEntry[] }): ConfigDto {
  return {
    component,
    settings: entries.map(({ setBy, setByName, setAt, ...rest }) => ({
      ...rest,
      ...(setBy === undefined ? {} : { set_by: setBy }),
      ...(setByName === undefined ? {} : { set_by_name: setByName }),
      ...(setAt === undefined ? {} : { set_at: new Date(setAt).toISOString() }),
    })),
  };
}
