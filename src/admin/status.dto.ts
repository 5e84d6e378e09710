import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CoreStatusDto {
  @ApiProperty({ description: 'Number of the core', example: 1 })
  id!: number;

  @ApiProperty({
    enum: ['ollama', 'scripted', 'external'],
    description: 'What it is: a real Ollama we run, the scripted stand-in, or an Ollama that others run',
  })
  kind!: string;

  @ApiProperty({ enum: ['active', 'standby'] })
  role!: string;

  @ApiProperty({ enum: ['unknown', 'starting', 'warming', 'ready', 'suspect', 'down'] })
  state!: string;

  @ApiProperty({ description: 'Why it is in this state', example: 'it generates' })
  reason!: string;

  @ApiProperty({ description: 'Model it serves', example: 'llama3.2' })
  model!: string;

  @ApiPropertyOptional({ description: 'Process id, where we run it' })
  pid?: number;

  @ApiPropertyOptional({ description: 'Version it tells' })
  version?: string;

  @ApiPropertyOptional({ description: 'Why it is no full stand-in for the active core' })
  warning?: string;

  @ApiPropertyOptional({ description: 'Whether a partial answer is continued there; absent until verified' })
  continues?: boolean;

  @ApiProperty({ description: 'Answers being written there' })
  in_flight!: number;
}

export class StatusDto {
  @ApiProperty({ example: 'online' })
  status!: 'online';

  @ApiProperty({ description: 'Number of the active core', example: 1 })
  active_core!: number;

  @ApiProperty({ description: 'Logged in, subscribed and caught up with the chat server' })
  rocketchat_connected!: boolean;

  @ApiProperty({
    enum: ['NORMAL', 'SINGLE', 'BLACKOUT'],
    description: 'NORMAL: a stand-in is ready; SINGLE: one core can answer; BLACKOUT: none can',
  })
  mode!: string;

  @ApiProperty({ description: 'Grows by one with every switch', example: 1 })
  epoch!: number;

  @ApiProperty({ type: [CoreStatusDto] })
  cores!: CoreStatusDto[];
}
