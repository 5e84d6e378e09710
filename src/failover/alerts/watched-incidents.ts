import type { EngineHealth } from '../../containers/container-engine';
import { shownReason, shownState } from '../../core-registry/core-states';
import type { Core } from '../../core-registry/core.types';
import type { AlertCatalogue } from '../../texts/alerts';
import type { Patience } from './incident';
import type { SeenCores } from './standby';

/** A kind of incident: how it is seen, and what is said of it. */
export interface Watched {
  /** In the keys of its notices; must not change. */
  name: string;
  patience: Patience;
  /** Whether there is trouble now; undefined: nothing can be said of it. */
  trouble(): boolean | undefined;
  begins(text: AlertCatalogue): string;
  /** @param after how long it lasted */
  ends(text: AlertCatalogue, after: string): string;
}

const STANDBY: Patience = { opensAfterMs: 120_000, closesAfterMs: 10_000 };
/** Whoever waits is told after three seconds; administrators of what lasts. */
const BLACKOUT: Patience = { opensAfterMs: 10_000, closesAfterMs: 3_000 };
const DOCKER: Patience = { opensAfterMs: 30_000, closesAfterMs: 5_000 };

export function coreIncidents(see: () => SeenCores): Watched[] {
  const standing = (): number => {
    const { standby } = see();
    return typeof standby === 'object' ? standby.core.id : 0;
  };
  return [
    {
      name: 'no-standby',
      patience: STANDBY,
      trouble: () => {
        const { standby } = see();
        return standby && standby === 'none';
      },
      begins: (text) => {
        const { cores, proven } = see();
        return text.noStandby({ others: cores.filter(({ id }) => id !== proven?.id).map(told) });
      },
      ends: (text, after) => text.standbyBack({ core: standing(), after }),
    },
    {
      name: 'standby-cold',
      patience: STANDBY,
      trouble: () => {
        const { standby } = see();
        return typeof standby === 'object' ? standby.kind === 'cold' : undefined;
      },
      begins: (text) => text.standbyCold({ core: standing() }),
      ends: (text, after) => text.standbyBack({ core: standing(), after }),
    },
    {
      name: 'blackout',
      patience: BLACKOUT,
      // A core that is only about to prove itself ends nothing.
      trouble: () => {
        const { blackout, proven } = see();
        return blackout ? true : proven && false;
      },
      begins: (text) => text.noCoreAnswers({ cores: see().cores.map(told) }),
      ends: (text, after) => text.coresAnswerAgain({ core: see().proven?.id ?? 0, after }),
    },
  ];
}

export function dockerIncident(health: () => EngineHealth): Watched {
  return {
    name: 'docker',
    patience: DOCKER,
    trouble: () => !health().reachable,
    begins: (text) => {
      const seen = health();
      return text.dockerSilent({ problem: seen.reachable ? '' : seen.problem });
    },
    ends: (text, after) => text.dockerBack({ after }),
  };
}

function told(core: Core): { core: number; state: string; reason: string } {
  return { core: core.id, state: shownState(core), reason: shownReason(core) };
}
