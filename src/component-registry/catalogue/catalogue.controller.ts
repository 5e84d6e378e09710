import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../access/api-errors';
import { RequireAccess } from '../../access/scope';
import type { RunnableManifest } from '../manifest/complete-manifest';
import { blockOf } from '../manifest/manifest';
import type { CatalogueEntry } from './catalogue-entry';
import { CatalogueService, type SourceState } from './catalogue.service';
import {
  CatalogueComponentDetailDto,
  CatalogueComponentDto,
  CatalogueQuery,
  type CatalogueSourceDto,
  CatalogueSourcesDto,
  ComponentQuery,
} from './catalogue.dto';

@ApiTags('components')
@Controller('api/v1/catalogue')
export class CatalogueController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({
    summary: 'Components that could be installed',
    description: 'All of them by name; with `q` those that fit, the best first.',
  })
  @ApiOkResponse({ type: [CatalogueComponentDto], description: 'The newest version of each' })
  @ApiErrors('BAD_REQUEST', 'UNAUTHENTICATED', 'FORBIDDEN')
  async list(@Query() { q }: CatalogueQuery): Promise<CatalogueComponentDto[]> {
    await this.catalogue.opened();
    const entries =
      q === undefined ? this.catalogue.list() : this.catalogue.search(q).map(({ entry }) => entry);
    return Promise.all(
      entries.map(async (entry) => componentDto(entry, await this.catalogue.runnable(entry))),
    );
  }

  @Get('sources')
  @RequireAccess('read')
  @ApiOperation({ summary: 'Where the catalogue comes from, and what of it was refused' })
  @ApiOkResponse({ type: CatalogueSourcesDto, description: 'Every source with its state' })
  @ApiErrors('UNAUTHENTICATED', 'FORBIDDEN')
  async sources(): Promise<CatalogueSourcesDto> {
    await this.catalogue.opened();
    const { sources, problem } = this.catalogue.sources();
    return { sources: sources.map(sourceDto), ...(problem !== undefined && { problem }) };
  }

  @Post('sources/reload')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Read all sources again',
    description:
      'Also the list of them, `catalogue/sources.json` in the data folder. A source that is down keeps its last good copy.',
  })
  @ApiOkResponse({ type: CatalogueSourcesDto, description: 'How they stand now' })
  @ApiErrors('UNAUTHENTICATED', 'FORBIDDEN')
  async reload(): Promise<CatalogueSourcesDto> {
    await this.catalogue.reload();
    return this.sources();
  }

  @Get(':name')
  @RequireAccess('read')
  @ApiOperation({ summary: 'One component, with its manifest' })
  @ApiParam({
    name: 'name',
    description: 'In full, with its slash written as %2F, or the last part where that is clear',
    example: 'time-mcp',
  })
  @ApiOkResponse({ type: CatalogueComponentDetailDto, description: 'The version asked for, or the newest' })
  @ApiErrors('BAD_REQUEST', 'UNAUTHENTICATED', 'FORBIDDEN', 'COMPONENT_NOT_FOUND')
  async get(
    @Param('name') name: string,
    @Query() { version }: ComponentQuery,
  ): Promise<CatalogueComponentDetailDto> {
    await this.catalogue.opened();
    const entry = this.catalogue.get(name, version);
    const runnable = await this.catalogue.runnable(entry);
    const { manifest, reviewer } = entry;
    return {
      ...componentDto(entry, runnable),
      versions: this.catalogue.versions(manifest.name),
      ...(reviewer !== undefined && { reviewer }),
      tools: (blockOf(manifest).tools ?? []).map((tool) => ({
        ...{ name: tool.name, effect: tool.effect, egress: tool.egress ?? false },
      })),
      ...(runnable && { digest: blockOf(runnable).digest }),
      manifest: runnable ?? manifest,
    };
  }
}

function componentDto(
  { manifest, source, trust, signed }: CatalogueEntry,
  runnable: RunnableManifest | undefined,
): CatalogueComponentDto {
  const { name, title, version, description } = manifest;
  const { license } = blockOf(manifest);
  return {
    name,
    ...(title !== undefined && { title }),
    version,
    description,
    ...(license !== undefined && { license }),
    source,
    trust,
    signed,
    runnable: runnable !== undefined,
  };
}

function sourceDto({ readAt, ...state }: SourceState): CatalogueSourceDto {
  const at = readAt === undefined ? undefined : new Date(readAt).toISOString();
  return {
    ...state,
    ...(at !== undefined && { read_at: at }),
    ...(at !== undefined && state.state === 'stale' && { stale_since: at }),
  };
}
