import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { ApiOriginalErrors, BODY_ERRORS } from '../access/api-errors';
import { RequireAccess } from '../access/scope';
import { SendService } from './send.service';

export class SendBody {
  @ApiProperty({
    minLength: 1,
    maxLength: 200,
    description: 'Room id, `#channel` or `@user`',
    example: '#general',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  room_id!: string;

  @ApiProperty({
    description: 'Markdown; at most what the chat server takes (5000 characters unless set otherwise)',
    example: 'Hello from Rdzen',
  })
  @IsString()
  @MinLength(1)
  @Matches(/\S/, { message: 'text must not be blank' })
  text!: string;
}

export class SendDto {
  @ApiProperty({ enum: [true], description: 'Always true; errors have another shape' })
  success!: boolean;

  @ApiProperty({ description: 'Id of the message on the chat server' })
  message_id!: string;
}

@ApiTags('original')
@Controller()
export class SendController {
  constructor(private readonly service: SendService) {}

  @Post('send')
  @HttpCode(200)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Post a message as the assistant',
    description:
      'Returns once the message stands on the chat server. `@user` opens the direct message where there is none yet.',
  })
  @ApiOkResponse({ type: SendDto, description: 'The message stands on the chat server' })
  @ApiOriginalErrors(...BODY_ERRORS, 'TEXT_TOO_LONG', 'ROOM_NOT_FOUND', 'CHAT_UNAVAILABLE')
  async send(@Body() { room_id, text }: SendBody): Promise<SendDto> {
    return { success: true, message_id: await this.service.send(room_id, text) };
  }
}
