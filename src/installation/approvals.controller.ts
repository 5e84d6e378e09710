import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { ApprovalJournal } from '../approvals/approval-journal';
import { approvalDto, ApprovalDto, RejectBody } from './approval.dto';
import { InstallationService } from './installation.service';

const SHOWN = 100;
const CODE = { name: 'code', description: 'Of the question', example: 'K3R9XQ' };

@ApiTags('components')
@Controller('api/v1/approvals')
export class ApprovalsController {
  constructor(
    private readonly approvals: ApprovalJournal,
    private readonly installation: InstallationService,
  ) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({ summary: 'What the administrators were asked, newest first' })
  @ApiOkResponse({ type: [ApprovalDto], description: 'Open and answered ones, the last 100' })
  async list(): Promise<ApprovalDto[]> {
    return (await this.approvals.latest(SHOWN)).map(approvalDto);
  }

  @Post(':code/approve')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('admin')
  @ApiOperation({
    summary: 'Agree to what was asked under a code',
    description: 'Where two persons are needed, all keys of the API together count as one of them.',
  })
  @ApiParam(CODE)
  @ApiOkResponse({ type: ApprovalDto, description: '`approved`, or still `open` where another has to agree' })
  @ApiErrors(
    'APPROVAL_NOT_FOUND',
    'APPROVAL_CLOSED',
    'APPROVAL_STALE',
    'COMPONENT_STATE',
    'SERVICE_NOT_INSTALLED',
  )
  async approve(@Param('code') code: string, @Caller() by: string): Promise<ApprovalDto> {
    return approvalDto((await this.installation.approve(code, by)).approval);
  }

  @Post(':code/reject')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('admin')
  @ApiOperation({ summary: 'Say no to what was asked under a code' })
  @ApiParam(CODE)
  @ApiOkResponse({ type: ApprovalDto, description: 'It is over' })
  @ApiErrors(...BODY_ERRORS, 'APPROVAL_NOT_FOUND', 'APPROVAL_CLOSED')
  async reject(
    @Param('code') code: string,
    @Body() { reason }: RejectBody,
    @Caller() by: string,
  ): Promise<ApprovalDto> {
    return approvalDto(await this.installation.reject(code, by, reason));
  }
}
