import type { CheckResult, Verdict } from './trial-report';

declare module '../events/event-bus' {
  interface EventMap {
    'trial.begun': { id: string; component: string; version: string; at: number };
    'trial.checked': { id: string; check: CheckResult; of: number; at: number };
    'trial.ended': { id: string; component: string; version: string; verdict: Verdict; at: number };
  }
}
