import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireAccess } from '../access/scope';
import { StatusDto } from './status.dto';
import { StatusService } from './status.service';

@ApiTags('original')
@Controller()
export class StatusController {
  constructor(private readonly service: StatusService) {}

  @Get('status')
  @RequireAccess('open')
  @ApiOperation({
    summary: 'How things stand: the cores, which one is active, the chat',
    description: 'Needs no key and shows nothing secret.',
  })
  @ApiOkResponse({ type: StatusDto, description: 'The state of this moment' })
  status(): StatusDto {
    return this.service.now();
  }
}
