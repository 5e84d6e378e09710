import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { MayBeAbsent } from '../../access/may-be-absent';
import { EFFECTS } from '../manifest/manifest';
import { SOURCE_KINDS } from './source-list';
import { TRUST } from './trust';

export class CatalogueQuery {
  @ApiPropertyOptional({
    description: 'What it should do, in words of people; any language the entries have phrases in',
    example: 'what time is it in another city',
    maxLength: 200,
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  q?: string;
}

export class ComponentQuery {
  @ApiPropertyOptional({ description: 'Exact; the newest where it is left out', example: '1.0.6' })
  @MayBeAbsent()
  @IsString()
  @Matches(/^[\w.+-]{1,64}$/, { message: 'version must be one exact version, such as 1.0.6' })
  version?: string;
}

export class CatalogueToolDto {
  @ApiProperty({ description: 'Name of the tool' })
  name!: string;

  @ApiProperty({ enum: EFFECTS, description: 'What it may do, as the reviewer of the entry checked it' })
  effect!: string;

  @ApiProperty({ description: 'Whether it reaches the network' })
  egress!: boolean;
}

export class CatalogueComponentDto {
  @ApiProperty({ description: 'Full name', example: 'io.github.yokingma/time-mcp' })
  name!: string;

  @ApiPropertyOptional({ description: 'For people' })
  title?: string;

  @ApiProperty({ description: 'Exact', example: '1.0.6' })
  version!: string;

  @ApiProperty({ description: 'What it is, in a sentence' })
  description!: string;

  @ApiPropertyOptional({ description: 'As the package says', example: 'MIT' })
  license?: string;

  @ApiProperty({ description: 'Name of the source that offers it' })
  source!: string;

  @ApiProperty({ enum: TRUST, description: 'How far that source is trusted' })
  trust!: string;

  @ApiProperty({ description: 'Whether its signature was checked' })
  signed!: boolean;

  @ApiProperty({
    description:
      'Whether there is an image of it, known by its digest; without one it cannot be run and has to be packed first',
  })
  runnable!: boolean;
}

export class CatalogueComponentDetailDto extends CatalogueComponentDto {
  @ApiProperty({ type: [String], description: 'All versions that are offered, newest first' })
  versions!: string[];

  @ApiPropertyOptional({ description: 'Who looked at it' })
  reviewer?: string;

  @ApiProperty({ type: [CatalogueToolDto], description: 'Its tools' })
  tools!: CatalogueToolDto[];

  @ApiPropertyOptional({
    description: 'Digest of the image that would be run',
    example: `sha256:${'a'.repeat(64)}`,
  })
  digest?: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'The manifest, completed by the image that was packed here where there is one (docs/components.md)',
  })
  manifest!: object;
}

export class RefusedEntryDto {
  @ApiProperty({ description: 'Name of the source' })
  source!: string;

  @ApiPropertyOptional({ description: 'Where it stands in the source' })
  place?: string;

  @ApiPropertyOptional({ description: 'Of the component, as far as it can be told' })
  name?: string;

  @ApiPropertyOptional({ description: 'As far as it can be told' })
  version?: string;

  @ApiProperty({ description: 'Why it is not offered' })
  reason!: string;
}

export class CatalogueSourceDto {
  @ApiProperty({ description: 'As it is configured', example: 'shipped' })
  name!: string;

  @ApiPropertyOptional({ enum: SOURCE_KINDS, description: 'Where it lies' })
  kind?: string;

  @ApiPropertyOptional({ description: 'Folder, address, or repository and tag' })
  location?: string;

  @ApiPropertyOptional({ enum: TRUST, description: 'How far it is trusted' })
  trust?: string;

  @ApiProperty({ description: 'Whether it has a key that all its entries must be signed with' })
  signed!: boolean;

  @ApiProperty({
    enum: ['fresh', 'stale', 'down', 'wrong'],
    description:
      '`stale`: it is down, and its last good copy is used; `down`: there is none; `wrong`: it cannot be used as it is configured',
  })
  state!: string;

  @ApiPropertyOptional({ description: 'When what is used was read, ISO 8601' })
  read_at?: string;

  @ApiPropertyOptional({ description: 'Since when it is stale: when it was last read well, ISO 8601' })
  stale_since?: string;

  @ApiPropertyOptional({ description: 'Why it is not fresh' })
  problem?: string;

  @ApiProperty({ type: 'integer', description: 'How many of its entries are offered' })
  entries!: number;

  @ApiProperty({ type: [RefusedEntryDto], description: 'Those that are not, and why' })
  refused!: RefusedEntryDto[];
}

export class CatalogueSourcesDto {
  @ApiProperty({ type: [CatalogueSourceDto], description: 'The shipped one first' })
  sources!: CatalogueSourceDto[];

  @ApiPropertyOptional({ description: 'Why the list of sources cannot be read' })
  problem?: string;
}
