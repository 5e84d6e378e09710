import type { OllamaErrorKind } from '../../../src/ollama/ollama-error';
import type { Person } from './chat-server';
import type { RestTrouble, SocketTrouble } from './chat-trouble';

/** What a person does; where it needs something earlier (an own question, an answered thread) it takes the newest. */
export type Deed =
  | { act: 'ask-direct' | 'ask-channel' | 'ask-group' | 'follow-up' | 'chatter' | 'newcomer' }
  | { act: 'edit' | 'delete' | 'delete-silently' | 'react' }
  | { act: 'command'; text: string };

export interface PersonAct {
  at: number;
  who: Person;
  deed: Deed;
}

export type CoreFaultKind =
  | 'core-kill'
  | 'core-freeze'
  | 'core-broken'
  | 'runner-hang'
  | 'core-slow'
  | 'model-missing'
  | 'model-evicted';

export type Fault =
  | { kind: CoreFaultKind; core: number; forMs: number }
  | { kind: 'answer'; how: OllamaErrorKind | 'silence'; core: number; afterCharacters: number; times: number }
  | { kind: 'rest'; how: RestTrouble; forMs: number }
  | { kind: 'socket'; how: SocketTrouble; forMs: number }
  | { kind: 'socket-drop' }
  | { kind: 'gateway-kill' | 'gateway-stop' | 'core-flaps' }
  | { kind: 'gateway-freeze' | 'disk-full' | 'disk-flaky' | 'blackout'; forMs: number }
  | { kind: 'clock-jump'; byMs: number }
  | { kind: 'squat' };

export type TimedFault = Fault & { at: number };

/** A core that joins while everything runs, and may leave again. */
export interface FurtherPlan {
  /** Of the component it comes as. */
  lock: string;
  joinAt: number;
  leaveAt?: number;
  /** Somebody thinks better of it: it is to join once more. */
  againAt?: number;
}

/** One run, whole: the same seed makes the same plan. */
export interface Plan {
  seed: number;
  cores: number;
  /** Cores have containers, whose engine tells of deaths at once. */
  containers: boolean;
  slots: number;
  continues: boolean;
  maxMessageLength: number;
  pageSize: number;
  streaming: boolean;
  /** The server's instances stamp messages with clocks of their own, up to so far behind. */
  stampLagMs: number;
  /** Share of the disk's calls that take up to so many milliseconds. */
  slowDisk: number;
  slowDiskMs: number;
  /** Until then people act and things break; then nothing breaks any more. */
  safetyMs: number;
  people: PersonAct[];
  faults: TimedFault[];
  further: FurtherPlan[];
  /** At most so many deaths at points drawn by the seed. */
  crashes: number;
  /** Chance of each point, in each life, to be the one. */
  crashShare: number;
}
