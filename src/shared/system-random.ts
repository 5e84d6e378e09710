import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Random } from './random';

@Injectable()
export class SystemRandom extends Random {
  fraction(): number {
    return Math.random();
  }

  bytes(count: number): Buffer {
    return randomBytes(count);
  }
}
