import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { CoreProbes } from './core-probes';
import { DriftGuard } from './drift-guard';
import { PaceProbe } from './pace-probe';
import { TiltWatch } from './tilt-watch';

/** Time and chance, taken together to keep constructors short. */
@Injectable()
export class HealthMonitorPorts {
  constructor(
    readonly clock: Clock,
    readonly random: Random,
  ) {}
}

/** What every watch of a core works with. */
@Injectable()
export class WatchTools {
  readonly clock: Clock;
  readonly random: Random;

  constructor(
    readonly registry: CoreRegistry,
    readonly probes: CoreProbes,
    readonly paceProbe: PaceProbe,
    readonly drift: DriftGuard,
    readonly tilt: TiltWatch,
    { clock, random }: HealthMonitorPorts,
  ) {
    this.clock = clock;
    this.random = random;
  }
}
