import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { approvalDto, ApprovalDto } from './approval.dto';
import { useDto } from './component-use.dto';
import {
  ComponentDetailDto,
  componentDto,
  ComponentDto,
  detailDto,
  InstallBody,
  RemoveQuery,
  ListedComponentDto,
  RollbackBody,
} from './components.dto';
import { EarlierLocks } from './earlier-locks';
import { InstalledHealth } from './installed-health';
import { InstalledUse } from './installed-use';
import { InstallationService } from './installation.service';

const HISTORY = 50;
const NAME = { name: 'name', description: 'In full (URL-encoded), or its last part', example: 'time-mcp' };

@ApiTags('components')
@Controller('api/v1/components')
export class ComponentsController {
  constructor(
    private readonly installation: InstallationService,
    private readonly installed: InstalledComponents,
    private readonly journal: ComponentJournal,
    private readonly earlier: EarlierLocks,
    private readonly use: InstalledUse,
    private readonly health: InstalledHealth,
  ) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({ summary: 'The installed components, by name' })
  @ApiOkResponse({
    type: [ListedComponentDto],
    description: 'Those that were removed too, with their last lock',
  })
  async list(): Promise<ListedComponentDto[]> {
    const used = await this.use.all();
    return this.installed
      .all()
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => ({
        ...componentDto(one, this.health.of(one)),
        use: useDto(used.get(one.name) ?? { calls: 0, errors: 0 }),
      }));
  }

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Ask the administrators whether a component may be installed, or upgraded',
    description: 'It has to have passed a trial as it is now. The same wish again is the same question.',
  })
  @ApiAcceptedResponse({ type: ApprovalDto, description: 'It waits for an answer' })
  @ApiErrors(
    ...BODY_ERRORS,
    'COMPONENT_NOT_FOUND',
    'COMPONENT_NOT_PACKED',
    'COMPONENT_NOT_TRIED',
    'COMPONENT_STATE',
    'SERVICE_NOT_INSTALLED',
  )
  async install(
    @Body() { component, version }: InstallBody,
    @Caller() askedBy: string,
  ): Promise<ApprovalDto> {
    return approvalDto(await this.installation.install({ name: component, version, askedBy }));
  }

  @Get(':name')
  @RequireAccess('read')
  @ApiOperation({ summary: 'One installed component: how it is used, what it takes, and its history' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ComponentDetailDto, description: 'Now' })
  @ApiErrors('COMPONENT_NOT_INSTALLED')
  get(@Param('name') name: string): Promise<ComponentDetailDto> {
    return this.detail(this.installation.find(name));
  }

  @Delete(':name')
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Remove a component',
    description:
      'Nothing of it is offered any more. What it keeps stays, unless `data=true` is said; that also removes what one keeps that was removed before.',
  })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ComponentDto, description: 'As it was' })
  @ApiErrors('BAD_REQUEST', 'COMPONENT_NOT_INSTALLED', 'ENGINE_UNREACHABLE')
  async remove(
    @Param('name') name: string,
    @Query() { data }: RemoveQuery,
    @Caller() by: string,
  ): Promise<ComponentDto> {
    return componentDto(await this.installation.remove(name, by, { withData: data === 'true' }));
  }

  @Post(':name/promote')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({ summary: 'Use a canary everywhere, before it has proved itself' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ComponentDto, description: 'It is active' })
  @ApiErrors('COMPONENT_NOT_INSTALLED', 'COMPONENT_STATE')
  async promote(@Param('name') name: string, @Caller() by: string): Promise<ComponentDto> {
    return componentDto(await this.installation.promote(name, by));
  }

  @Post(':name/rollback')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Take back an upgrade, or go back to an earlier lock',
    description:
      'Without a version: an upgrade on its way is taken back; else the last lock before this one comes in force again; a first canary, which has none, goes. With one: to the last lock of that version that was in force before. Its image is fetched again where it is not on the engine any more.',
  })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ComponentDto, description: 'As it is now' })
  @ApiErrors(...BODY_ERRORS, 'COMPONENT_NOT_INSTALLED', 'COMPONENT_STATE', 'IMAGE_MISSING')
  async rollback(
    @Param('name') name: string,
    @Body() { version }: RollbackBody,
    @Caller() by: string,
  ): Promise<ComponentDto> {
    return componentDto(await this.installation.rollBack(name, by, version));
  }

  private async detail(component: InstalledComponent): Promise<ComponentDetailDto> {
    const { id } = component.next?.lock ?? component.lock;
    const memory = await this.use.memoryNow(component);
    return detailDto({
      component,
      health: this.health.of(component),
      count: await this.journal.counted(id),
      use: await this.use.of(component.name),
      ...(memory ? { memory } : {}),
      kept: this.use.keptNow(component),
      refused: await this.use.refused(component.name),
      earlier: await this.earlier.of(component),
      history: await this.journal.history(component.name, HISTORY),
    });
  }
}
