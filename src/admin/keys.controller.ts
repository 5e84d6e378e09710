import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { ApiKeys } from './api-keys.service';
import { KeyBody, keyDto, KeyDto, madeKeyDto, MadeKeyDto } from './keys.dto';

@ApiTags('keys')
@Controller('api/v1/keys')
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Get()
  @RequireAccess('admin')
  @ApiOperation({
    summary: 'The keys that are in force',
    description:
      "Oldest first, never with their secret. The first admin key and the chat page's are among them.",
  })
  @ApiOkResponse({ type: [KeyDto], description: 'Those that were not revoked' })
  async list(): Promise<KeyDto[]> {
    return (await this.keys.list()).map(keyDto);
  }

  @Post()
  @RequireAccess('admin')
  @ApiOperation({
    summary: 'Make a key, which is shown only this once',
    description: 'Only a digest of it is kept. A key that was lost is revoked, and another one made.',
  })
  @ApiCreatedResponse({ type: MadeKeyDto, description: 'With the key itself' })
  @ApiErrors(...BODY_ERRORS, 'KEY_NAME_TAKEN', 'TOO_MANY_KEYS')
  async make(@Body() { name, scope }: KeyBody, @Caller() by: string): Promise<MadeKeyDto> {
    return madeKeyDto(await this.keys.make(name, scope, by));
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @RequireAccess('admin')
  @ApiOperation({
    summary: 'Revoke a key',
    description:
      "It opens nothing from now on; a stream of events that it opened earlier goes on to its end. Not the key of the request itself, the first admin key or the chat page's.",
  })
  @ApiParam({ name: 'id', description: 'Of the key', example: 'k3R9xqZ2' })
  @ApiNoContentResponse({ description: 'Done' })
  @ApiErrors('KEY_NOT_FOUND', 'KEY_NOT_REVOCABLE')
  async revoke(@Param('id') id: string, @Caller() by: string): Promise<void> {
    await this.keys.revoke(id, by);
  }
}
