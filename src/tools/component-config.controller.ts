import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { CallerNames } from '../access/caller-names';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { RdzenError } from '../shared/rdzen-error';
import { ComponentConfig } from './component-config';
import { ConfigBody, ConfigDto, configDto } from './component-config.dto';

const NAME = {
  name: 'name',
  description: 'Of the component, or its last part; a slash in it is written as %2F',
  example: 'time-mcp',
};

@ApiTags('components')
@Controller('api/v1/components')
export class ComponentConfigController {
  constructor(
    private readonly config: ComponentConfig,
    private readonly names: CallerNames,
  ) {}

  @Get(':name/config')
  @RequireAccess('admin')
  @ApiOperation({ summary: 'What a component can be told, and what is set', description: 'Never a value.' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ConfigDto, description: 'As its manifest asks for it' })
  @ApiErrors('COMPONENT_NOT_FOUND')
  async get(@Param('name') name: string): Promise<ConfigDto> {
    return configDto(await this.config.list(name));
  }

  @Put(':name/config')
  @RequireAccess('admin')
  @ApiOperation({
    summary: 'Set what a component needs to know',
    description:
      'Kept encrypted, and given to the component alone, which is started anew with its next call.',
  })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ConfigDto, description: 'As it stands now' })
  @ApiErrors(...BODY_ERRORS, 'COMPONENT_SETTING_INVALID', 'COMPONENT_NOT_FOUND', 'COMPONENT_SETTING_UNKNOWN')
  async set(
    @Param('name') name: string,
    @Body() { values }: ConfigBody,
    @Caller() by: string,
  ): Promise<ConfigDto> {
    for (const [key, value] of Object.entries(values))
      if (typeof value !== 'string')
        throw new RdzenError('BAD_REQUEST', `The value of ${key.slice(0, 64)} must be a text.`);
    const component = await this.config.set(name, values, by, this.names.of(by));
    return configDto(await this.config.list(component));
  }
}
