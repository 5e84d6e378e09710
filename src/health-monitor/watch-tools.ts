import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { CoreProbes } from './core-probes';
import { DriftGuard } from './drift-guard';
import { TiltWatch } from './tilt-watch';

/** What every watch of a core works with. */
@Injectable()
export class WatchTools {
  constructor(
    readonly registry: CoreRegistry,
    readonly probes: CoreProbes,
    readonly drift: DriftGuard,
    readonly tilt: TiltWatch,
    readonly clock: Clock,
    readonly random: Random,
  ) {}
}
