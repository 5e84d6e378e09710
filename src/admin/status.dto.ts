import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CoreStatusDto {
  @ApiProperty({ type: 'integer', description: 'Number of the core', example: 1 })
  id!: number;

  @ApiProperty({
    enum: ['ollama', 'scripted', 'external'],
    description: 'What it is: a real Ollama we run, the scripted stand-in, or an Ollama that others run',
  })
  kind!: string;

  @ApiProperty({ enum: ['active', 'standby'], description: 'New questions go to the active one' })
  role!: string;

  @ApiProperty({
    enum: ['unknown', 'starting', 'warming', 'ready', 'suspect', 'down'],
    description:
      '`ready`: proven by a generation; `warming`: answers, but its model is not loaded or not proven',
  })
  state!: string;

  @ApiProperty({ description: 'Why it is in this state', example: 'it generates' })
  reason!: string;

  @ApiProperty({ description: 'Model it serves', example: 'llama3.2' })
  model!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Process id, where we run it' })
  pid?: number;

  @ApiPropertyOptional({ description: 'Version it tells' })
  version?: string;

  @ApiPropertyOptional({ description: 'Why it is no full stand-in for the active core' })
  warning?: string;

  @ApiPropertyOptional({ description: 'Whether a partial answer is continued there; absent until verified' })
  continues?: boolean;

  @ApiProperty({ type: 'integer', description: 'Answers being written there' })
  in_flight!: number;
}

export class StatusDto {
  @ApiProperty({ enum: ['online'], description: 'The process runs' })
  status!: 'online';

  @ApiProperty({ type: 'integer', description: 'Number of the active core', example: 1 })
  active_core!: number;

  @ApiProperty({ description: 'Logged in at the chat server and subscribed to its messages' })
  rocketchat_connected!: boolean;

  @ApiPropertyOptional({
    description: 'What keeps the assistant from hearing or speaking, with the remedy',
    example: 'restricted-workspace: ...',
  })
  rocketchat_problem?: string;

  @ApiProperty({
    enum: ['NORMAL', 'SINGLE', 'BLACKOUT'],
    description: 'NORMAL: a stand-in is ready; SINGLE: one core can answer; BLACKOUT: none can',
  })
  mode!: string;

  @ApiProperty({ type: 'integer', description: 'Grows by one with every switch', example: 1 })
  epoch!: number;

  @ApiProperty({ type: [CoreStatusDto], description: 'Every core, by number' })
  cores!: CoreStatusDto[];
}
