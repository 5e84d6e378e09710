import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { RequireAccess } from '../access/scope';
import { SendService } from './send.service';

export class SendBody {
  @ApiProperty({ description: 'Room id, `#channel` or `@user`', example: '#general' })
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
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ description: 'Id of the message on the chat server' })
  message_id!: string;
}

@ApiTags('original')
@ApiBearerAuth()
@Controller()
export class SendController {
  constructor(private readonly service: SendService) {}

  @Post('send')
  @HttpCode(200)
  @RequireAccess('operate')
  @ApiOperation({ summary: 'Post a message as the assistant' })
  @ApiOkResponse({ type: SendDto })
  @ApiNotFoundResponse({ description: 'ROOM_NOT_FOUND' })
  @ApiServiceUnavailableResponse({ description: 'CHAT_UNAVAILABLE' })
  async send(@Body() { room_id, text }: SendBody): Promise<SendDto> {
    return { success: true, message_id: await this.service.send(room_id, text) };
  }
}
