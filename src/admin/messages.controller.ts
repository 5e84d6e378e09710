import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
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
  @ApiPropertyOptional({ enum: STATES, default: 'dead' })
  @IsOptional()
  @IsIn(STATES)
  state: QuestionState = 'dead';

  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;

  @ApiPropertyOptional({ minimum: 0, default: 0 })
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

  @ApiProperty()
  room_id!: string;

  @ApiProperty()
  author!: string;

  @ApiProperty({ enum: STATES })
  state!: string;

  @ApiProperty({ description: 'Attempts made so far' })
  attempts!: number;

  @ApiProperty({ description: 'When it was asked, ISO 8601' })
  asked_at!: string;

  @ApiPropertyOptional({ description: 'Why it is in this state' })
  reason?: string;
}

@ApiTags('messages')
@ApiBearerAuth()
@Controller('api/v1/messages')
export class MessagesController {
  constructor(private readonly journal: QuestionJournal) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({
    summary: 'Questions by state',
    description: 'Oldest first. The default lists the dead letters: questions that were given up.',
  })
  @ApiOkResponse({ type: [MessageDto] })
  async list(@Query() query: MessagesQuery): Promise<MessageDto[]> {
    return (await this.journal.list([query.state], query.limit, query.offset)).map(toDto);
  }

  @Post(':id/requeue')
  @HttpCode(200)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Try a dead question again',
    description: 'It goes back into its lane. Errors: MESSAGE_NOT_FOUND, MESSAGE_STATE_CONFLICT.',
  })
  @ApiOkResponse({ type: MessageDto })
  async requeue(@Param('id') id: string): Promise<MessageDto> {
    return toDto(await this.journal.requeue(id));
  }

  @Post(':id/discard')
  @HttpCode(204)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Give a dead question up for good',
    description: 'Errors: MESSAGE_NOT_FOUND, MESSAGE_STATE_CONFLICT.',
  })
  async discard(@Param('id') id: string, @Req() request: { holder?: KeyHolder }): Promise<void> {
    await this.journal.discard(id, `discarded by api:${request.holder?.id ?? 'unknown'}`);
  }
}

function toDto({ id, roomId, authorName, state, attempt, at, reason }: Question): MessageDto {
  return {
    id,
    room_id: roomId,
    author: authorName,
    state,
    attempts: attempt,
    asked_at: new Date(at).toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
}
