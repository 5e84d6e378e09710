import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { SCOPES, type Scope } from '../access/scope';
import { iso } from '../shared/iso-time';
import type { KeyInForce, MadeKey } from './api-keys.service';

/** Signs that nobody sees would let two names look the same, or break the line of a log. */
const SEEN_ONLY = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

export class KeyBody {
  @ApiProperty({
    minLength: 1,
    maxLength: 64,
    description: 'What it is for; no other key in force may go by it. Spaces at its ends do not count',
    example: 'prometheus',
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @Length(1, 64)
  @Matches(SEEN_ONLY, { message: 'name must not hold control characters or invisible ones' })
  name!: string;

  @ApiProperty({ enum: SCOPES, description: 'What it may do; each scope includes the ones before it' })
  @IsIn(SCOPES)
  scope!: Scope;
}

export class KeyDto {
  @ApiProperty({ description: 'The part of the key before the point, without `rdz_`', example: 'k3R9xqZ2' })
  id!: string;
  @ApiProperty({ description: 'What it is for', example: 'prometheus' })
  name!: string;
  @ApiProperty({ enum: SCOPES, description: 'What it may do' })
  scope!: Scope;
  @ApiProperty({ format: 'date-time', description: 'When it was made' })
  created_at!: string;
}

export class MadeKeyDto extends KeyDto {
  @ApiProperty({ description: 'The key itself, which is shown only now', example: 'rdz_k3R9xqZ2.(43 signs)' })
  key!: string;
}

export function keyDto({ id, name, scope, createdAt }: KeyInForce): KeyDto {
  return { id, name, scope, created_at: iso(createdAt) };
}

export function madeKeyDto(made: MadeKey): MadeKeyDto {
  return { ...keyDto(made), key: made.key };
}
