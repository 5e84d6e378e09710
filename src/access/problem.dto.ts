import { ApiProperty } from '@nestjs/swagger';

/** The shape of every error (RFC 9457), sent as `application/problem+json`. */
export class ProblemDto {
  @ApiProperty({ description: 'A URN made of the code', example: 'urn:rdzen:error:core-not-ready' })
  type!: string;

  @ApiProperty({ description: 'The code in words', example: 'Core not ready' })
  title!: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status once more', example: 409 })
  status!: number;

  @ApiProperty({
    description: 'What went wrong this time, and what to do about it',
    example: 'Core 2 is down (its process died), so it cannot take over.',
  })
  detail!: string;

  @ApiProperty({ description: 'Stable name of the error; docs/errors.md lists them all' })
  code!: string;
}

/** What the three endpoints of the original design send: their own two fields besides. */
export class OriginalProblemDto extends ProblemDto {
  @ApiProperty({ enum: [false], description: 'Always false' })
  success!: boolean;

  @ApiProperty({ description: 'The same as `detail`' })
  error!: string;
}
