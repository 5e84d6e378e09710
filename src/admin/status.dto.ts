import { SHOWN_STATES } from '../core-registry/core-states';
import { MODES } from '../failover/cluster-modes';
import { ServiceDto } from '../failover/services/services.controller';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CoreStatusDto {
  @ApiProperty({ type: 'integer', description: 'Number of the core', example: 1 })
  id!: number;

  @ApiProperty({
    enum: ['ollama', 'engine', 'scripted', 'external'],
    description:
      'What it is: a real Ollama we run, the built-in engine, the scripted stand-in, or an Ollama that others run',
  })
  kind!: string;

  @ApiProperty({ enum: ['active', 'standby'], description: 'New questions go to the active one' })
  role!: string;

  @ApiProperty({
    enum: SHOWN_STATES,
    description:
      "`ready`: proven by a generation; `warming`: answers, but its model is not loaded, not proven or not the same as the other cores'; `repairing`, `failed`: down, and being repaired, or in vain; `degraded`: slow; `draining`, `maintenance`, `stopped`: by an administrator",
  })
  state!: string;

  @ApiProperty({ description: 'Why it is in this state', example: 'it generates' })
  reason!: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'What it is held in besides, such as `quarantined` after it had to be left',
  })
  conditions?: string[];

  @ApiProperty({ description: 'Model it serves', example: 'llama3.2' })
  model!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Process id, where we run it' })
  pid?: number;

  @ApiPropertyOptional({ description: 'The component it came as', example: 'io.github.someone/third-core' })
  component?: string;

  @ApiPropertyOptional({ description: 'Version it tells' })
  version?: string;

  @ApiPropertyOptional({
    description: 'What differs from the core that counts, though it would answer alike',
  })
  warning?: string;

  @ApiPropertyOptional({ description: 'Whether a partial answer is continued there; absent until verified' })
  continues?: boolean;

  @ApiPropertyOptional({
    description:
      'Tokens a second of the answer being written, else of earlier ones; absent until there was one',
    example: 48.5,
  })
  tokens_per_second?: number;

  @ApiProperty({ type: 'integer', description: 'Answers being written there' })
  in_flight!: number;
}

export class PreparingDto {
  @ApiProperty({ enum: ['engine', 'model', 'checking'], description: 'What is being fetched or checked' })
  step!: string;

  @ApiProperty({ description: 'The same for people', example: 'fetching the model smollm2:135m' })
  detail!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Bytes that are here' })
  received_bytes?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Bytes there are' })
  total_bytes?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Bytes a second, of the last seconds' })
  bytes_per_second?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Seconds until it is done, at that rate' })
  seconds_left?: number;
}

export class EngineProblemDto {
  @ApiProperty({ description: 'Why no language model answers', example: 'There is no network.' })
  cause!: string;

  @ApiProperty({ description: 'What helps', example: 'Connect this machine and start again.' })
  remedy!: string;
}

export class DockerDto {
  @ApiProperty({ description: 'Whether the Docker engine answers; without it nothing is repaired' })
  reachable!: boolean;

  @ApiPropertyOptional({ description: 'Version of the engine', example: '28.2.2' })
  version?: string;

  @ApiPropertyOptional({ description: 'Since when it does not answer', example: '2026-11-27T20:15:00.000Z' })
  since?: string;

  @ApiPropertyOptional({ description: 'Why it does not answer, and what helps' })
  problem?: string;
}

export class ChatServerDto {
  @ApiPropertyOptional({ description: 'Version of Rocket.Chat, as it tells', example: '8.8' })
  version?: string;

  @ApiPropertyOptional({ description: 'Whether that version is among those that are tested' })
  tested?: boolean;

  @ApiPropertyOptional({
    description: 'Since when it answers, ISO 8601',
    example: '2026-11-27T20:15:00.000Z',
  })
  reachable_since?: string;

  @ApiPropertyOptional({ description: 'Since when it does not answer, ISO 8601' })
  silent_since?: string;

  @ApiProperty({
    description: 'It takes no message: not registered, or its usage report did not reach the vendor',
  })
  read_only!: boolean;

  @ApiPropertyOptional({ type: 'integer', description: 'Days until it is read-only, where it counts them' })
  read_only_in_days?: number;

  @ApiPropertyOptional({
    description: "Error code of what keeps the assistant's account there from being as it should be",
    example: 'CHAT_ACCOUNT_MAIL_REFUSED',
  })
  account_problem?: string;
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

  @ApiProperty({ type: ChatServerDto, description: 'The chat server, whoever runs it' })
  chat_server!: ChatServerDto;

  @ApiProperty({
    enum: MODES,
    description:
      'NORMAL: a stand-in is ready, or kept cold on purpose; SINGLE: no stand-in; BLACKOUT: no core can answer; SWITCHING: a switch somebody asked for is going on; PAUSED: nothing switches or is repaired by itself; PINNED: too many switches, the active core keeps its name; TILT: our own clock cannot be trusted',
  })
  mode!: string;

  @ApiProperty({ type: 'integer', description: 'Grows by one with every switch', example: 1 })
  epoch!: number;

  @ApiPropertyOptional({
    type: PreparingDto,
    description: 'What the cores wait for; questions wait with them',
  })
  preparing?: PreparingDto;

  @ApiPropertyOptional({
    type: EngineProblemDto,
    description: 'Why scripted stand-ins answer in place of a language model',
  })
  engine_problem?: EngineProblemDto;

  @ApiProperty({ type: [CoreStatusDto], description: 'Every core, by number' })
  cores!: CoreStatusDto[];

  @ApiPropertyOptional({
    type: DockerDto,
    description: 'The Docker engine, where containers are looked after',
  })
  docker?: DockerDto;

  @ApiPropertyOptional({
    type: [ServiceDto],
    description: 'The chat server and its database, where they are containers that are looked after',
  })
  services?: ServiceDto[];
}
