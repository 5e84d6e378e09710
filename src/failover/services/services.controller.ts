import { Controller, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { ApiErrors } from '../../access/api-errors';
import { Caller } from '../../access/caller';
import { RequireAccess } from '../../access/scope';
import { ServiceJournal } from './service-journal';
import { ServiceKeeper, SERVICES, type ServiceView } from './service-keeper';

const RESTARTS_SHOWN = 20;

export class ServiceRestartDto {
  @ApiProperty({ description: 'When, ISO 8601' })
  at!: string;

  @ApiProperty({ description: '`automatic`, or who asked for it', example: 'automatic' })
  by!: string;

  @ApiProperty({ description: 'Why' })
  reason!: string;

  @ApiPropertyOptional({ description: '`restarted`, or how it failed', example: 'restarted' })
  outcome?: string;
}

export class ServiceDto {
  @ApiProperty({ enum: SERVICES, description: 'Which one' })
  name!: string;

  @ApiProperty({
    description: 'Of its container; `gone`: there is none; `unknown`: the engine does not tell',
  })
  state!: string;

  @ApiProperty({ description: 'It answers, and its health check passes' })
  well!: boolean;

  @ApiPropertyOptional({ description: 'Since when it is not well, ISO 8601' })
  silent_since?: string;

  @ApiPropertyOptional({ description: 'Why it does not count as well' })
  reason?: string;
}

export class ServiceDetailDto extends ServiceDto {
  @ApiProperty({ type: [ServiceRestartDto], description: 'Restarts by Rdzen, newest first' })
  restarts!: ServiceRestartDto[];
}

@ApiTags('failover')
@Controller('api/v1/services')
export class ServicesController {
  constructor(
    private readonly keeper: ServiceKeeper,
    private readonly journal: ServiceJournal,
  ) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({ summary: 'The chat server and its database, where they are containers' })
  @ApiOkResponse({ type: [ServiceDetailDto], description: 'None where no container is named' })
  @ApiErrors('UNAUTHENTICATED', 'FORBIDDEN')
  async list(): Promise<ServiceDetailDto[]> {
    return Promise.all(
      this.keeper.all().map(async (view) => ({
        ...serviceDto(view),
        restarts: (await this.journal.recent(view.name, RESTARTS_SHOWN)).map(
          ({ at, by, reason, outcome }) => ({ at: new Date(at).toISOString(), by, reason, outcome }),
        ),
      })),
    );
  }

  @Post(':name/restart')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Restart one of them',
    description:
      'It has 30 s to end in order. Questions of that time wait, and are answered when it is back.',
  })
  @ApiParam({ name: 'name', enum: SERVICES, description: 'Which one' })
  @ApiOkResponse({ type: ServiceDto, description: 'It was restarted' })
  @ApiErrors(
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'SERVICE_NOT_FOUND',
    'ENGINE_UNREACHABLE',
    'ENGINE_TIMEOUT',
    'ENGINE_FAILED',
  )
  async restart(@Param('name') name: string, @Caller() by: string): Promise<ServiceDto> {
    await this.keeper.restart(name, by);
    return serviceDto(this.keeper.all().find((view) => view.name === name)!);
  }
}

export function serviceDto({ name, state, well, silentSince, reason }: ServiceView): ServiceDto {
  return {
    name,
    state,
    well,
    ...(silentSince === undefined ? {} : { silent_since: new Date(silentSince).toISOString() }),
    ...(reason === undefined ? {} : { reason }),
  };
}
