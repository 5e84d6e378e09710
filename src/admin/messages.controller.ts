import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { ApiErrors } from '../access/api-errors';
import { RequireAccess } from '../access/scope';
import type { Question, QuestionState } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import type { KeyHolder } from './api-keys.service';

const STATES: readonly QuestionState[] = [
  'queued',
  'generating',
  'retry-wait',
  'generated',
  'posting',
  'posted',
  'dead',
  'rejected',
  'cancelled',
];

export class MessagesQuery {
  @ApiPropertyOptional({ enum: STATES, default: 'dead', description: 'Questions in this state' })
  @IsOptional()
  @IsIn(STATES)
  state: QuestionState = 'dead';

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

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 1_000_000,
    default: 0,
    description: 'Leave out so many of the oldest',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  offset = 0;
}

export class MessageDto {
  @ApiProperty({ description: "The chat server's message id" })
  id!: string;

  @ApiProperty({ description: 'Room it was asked in' })
  room_id!: string;

  @ApiProperty({ description: 'User name of who asked' })
  author!: string;

  @ApiProperty({ enum: STATES, description: 'Where it stands' })
  state!: string;

  @ApiProperty({ type: 'integer', description: 'Attempts made so far' })
  attempts!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Times a core died by itself while it wrote the answer; at two the question is taken for the cause',
  })
  deaths!: number;

  @ApiProperty({ description: 'When it was asked, ISO 8601' })
  asked_at!: string;

  @ApiPropertyOptional({ description: 'Why it is in this state' })
  reason?: string;
}

@ApiTags('messages')
@Controller('api/v1/messages')
export class MessagesController {
  constructor(private readonly journal: QuestionJournal) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({
    summary: 'Questions by state',
    description: 'Oldest first. The default lists the dead letters: questions that were given up.',
  })
  @ApiOkResponse({ type: [MessageDto], description: 'The questions' })
  @ApiErrors('BAD_REQUEST')
  async list(@Query() query: MessagesQuery): Promise<MessageDto[]> {
    return (await this.journal.list([query.state], query.limit, query.offset)).map(toDto);
  }

  @Post(':id/requeue')
  @HttpCode(200)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Try a dead question again',
    description:
      'It goes back into its lane. Where a finished answer could not be posted, it is posted, not generated, again.',
  })
  @ApiParam({ name: 'id', description: "The chat server's message id" })
  @ApiOkResponse({ type: MessageDto, description: 'As it stands now' })
  @ApiErrors('MESSAGE_NOT_FOUND', 'MESSAGE_STATE_CONFLICT')
  async requeue(@Param('id') id: string): Promise<MessageDto> {
    return toDto(await this.journal.requeue(id));
  }

  @Post(':id/discard')
  @HttpCode(204)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Give a dead question up for good',
    description: 'It counts as cancelled and is forgotten after 30 days.',
  })
  @ApiParam({ name: 'id', description: "The chat server's message id" })
  @ApiNoContentResponse({ description: 'Done' })
  @ApiErrors('MESSAGE_NOT_FOUND', 'MESSAGE_STATE_CONFLICT')
  async discard(@Param('id') id: string, @Req() request: { holder?: KeyHolder }): Promise<void> {
    await this.journal.discard(id, `discarded by api:${request.holder?.id ?? 'unknown'}`);
  }
}

function toDto({ id, roomId, authorName, state, attempt, deaths, at, reason }: Question): MessageDto {
  return {
    id,
    room_id: roomId,
    author: authorName,
    state,
    attempts: attempt,
    deaths,
    asked_at: new Date(at).toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
}
